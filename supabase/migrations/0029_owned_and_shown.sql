-- step: expand
-- What belongs to whom, and who sees it: second looks at rules of the files before.

-- A message is either queued or a job: whoever inserts the job, even its user by PostgREST, takes
-- it out of the queue, where it would stay the head for good.
create or replace function dreamcore.unqueue_job() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.queued_messages where id = new.id and user_id = new.user_id;
  return null;
end $$;
create or replace trigger jobs_unqueue after insert on public.jobs
  for each row execute function dreamcore.unqueue_job();
revoke all on function dreamcore.unqueue_job() from public, anon, authenticated;

-- A project that gets another owner (D8) brings him what it keeps (L5).
create or replace function dreamcore.move_project_bytes() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_bytes bigint := coalesce((
    select sum(object_bytes) from public.revisions where project_id = new.id), 0)::bigint;
begin
  perform dreamcore.add_kept_bytes(old.user_id, -v_bytes);
  perform dreamcore.add_kept_bytes(new.user_id, v_bytes);
  return new;
end $$;
create or replace trigger projects_owner_bytes before update of user_id on public.projects
  for each row when (old.user_id <> new.user_id) execute function dreamcore.move_project_bytes();
revoke all on function dreamcore.move_project_bytes() from public, anon, authenticated;

-- As in 0028, but a remix names no game that is found by its link alone.
create or replace function public.game_card(p_game public.games, p_user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'id', p_game.id, 'projectId', p_game.project_id, 'userId', p_game.user_id,
    'revision', p_game.revision, 'contentHash', p_game.content_hash,
    'title', left(p_game.title, 200), 'description', left(coalesce(p_game.description, ''), 5000),
    'howToPlay', left(p_game.how_to_play, 10000),
    'tags', case when length(p_game.tags::text) <= 20000 then p_game.tags else '[]' end,
    'visibility', p_game.visibility, 'remix', left(p_game.remix, 20),
    'thumbnailUrl', case when length(p_game.thumbnail_url) <= 2000 then p_game.thumbnail_url end,
    'playCount', p_game.play_count, 'likeCount', p_game.like_count,
    'publishedAt', p_game.published_at, 'updatedAt', p_game.updated_at,
    'shortCode', (select code from public.short_links where game_id = p_game.id),
    'creator', (
      select dreamcore.maker_name(u.display_name, u.email)
      from public.users u where u.id = p_game.user_id
    ),
    'remixOf', (
      select jsonb_build_object('id', s.id, 'title', left(s.title, 200), 'creator',
        dreamcore.maker_name(u.display_name, u.email))
      from public.projects p
      join public.games s on s.project_id = p.remixed_from
      join public.users u on u.id = s.user_id
      where p.id = p_game.project_id and s.revision is not null and s.visibility = 'public'
        and not exists (select from public.takedowns t where t.game_id = s.id)
      limit 1
    ),
    'liked', exists (
      select from public.game_likes l where l.game_id = p_game.id and l.user_id = p_user_id
    )
  );
$$;

-- As in 0008; who went back to the published version has the newest one.
create or replace function public.page_projects(p_user_id uuid, p_limit integer, p_filter text,
  p_query text, p_before timestamptz, p_before_id uuid) returns jsonb
language sql stable security invoker set search_path = '' as $$
  with page as (
    select p.*, d.description, g.revision, g.visibility, t.game_id is not null as is_down,
      p.is_public or coalesce(g.visibility = 'public' and t.game_id is null, false) as is_out
    from public.projects p
    left join public.publish_drafts d on d.project_id = p.id
    left join public.games g on g.project_id = p.id and g.revision is not null
    left join public.takedowns t on t.game_id = g.id
    where p.user_id = p_user_id
      and (p_before is null or (p.updated_at, p.id) < (p_before, p_before_id))
      and (p_query = '' or strpos(lower(p.name), lower(p_query)) > 0)
      and (p_filter = 'all'
        or (p_filter = 'public')
          = (p.is_public or coalesce(g.visibility = 'public' and t.game_id is null, false)))
    order by p.updated_at desc, p.id desc limit p_limit
  )
  select jsonb_build_object(
    'projects', (select coalesce(jsonb_agg(jsonb_build_object(
      'id', page.id, 'name', left(page.name, 1000),
      'description', left(coalesce(page.description, ''), 5000),
      'isPublic', page.is_out, 'remixedFrom', page.remixed_from,
      'createdAt', page.created_at, 'updatedAt', page.updated_at,
      'publication', case when page.revision is not null then jsonb_build_object(
        'visibility', page.visibility,
        'isNewest', coalesce(page.revision in (head.revision, head.restored_from), false),
        'isTakenDown', page.is_down
      ) end,
      'screenshot', head.screenshot
    ) order by page.updated_at desc, page.id desc), '[]')
    from page left join lateral (select r.revision, r.restored_from, r.screenshot
      from public.revisions r
      where r.project_id = page.id order by r.ordinal desc limit 1) head on true),
    'counts', (select jsonb_build_object('all', count(*), 'public', count(*) filter (
        where p.is_public or exists (select from public.games g where g.project_id = p.id
          and g.revision is not null and g.visibility = 'public'
          and not exists (select from public.takedowns t where t.game_id = g.id))))
      from public.projects p where p.user_id = p_user_id)
  );
$$;

-- Who played what goes with the account (F2).
create index if not exists idx_game_plays_player on public.game_plays (player);
create or replace function dreamcore.forget_plays() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.game_plays where player = old.id::text;
  return null;
end $$;
create or replace trigger users_forget_plays after delete on public.users
  for each row execute function dreamcore.forget_plays();
revoke all on function dreamcore.forget_plays() from public, anon, authenticated;
