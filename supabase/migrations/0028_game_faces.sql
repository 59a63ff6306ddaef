-- step: expand
-- The face of a game: the short address that is given away, and what lists show of it.

-- A published game has a short address, /p/<code>: of the server's making, the same for good, so
-- that what was given away leads to the game again when it is published again.

create table if not exists public.short_links (
  code text primary key check (code ~ '^[2-9cdfghjkmnpqrtvwxy]{6}$'),
  game_id uuid not null unique,
  project_id uuid not null references public.projects (id) on delete cascade
);
create index if not exists idx_short_links_project on public.short_links (project_id);
alter table public.short_links enable row level security;
grant all on public.short_links to service_role;

-- A game's code, once. Six of 25 signs that are not taken for one another, without vowels, so that
-- no code is a word; their bytes cannot be guessed, as an unlisted game is found by its link alone.
create or replace function dreamcore.add_short_link(p_game_id uuid, p_project_id uuid) returns void
language plpgsql set search_path = '' as $$
declare
  v_bytes bytea;
begin
  while not exists (select from public.short_links where game_id = p_game_id) loop
    v_bytes := uuid_send(gen_random_uuid());
    insert into public.short_links (code, game_id, project_id)
    select string_agg(substr('23456789cdfghjkmnpqrtvwxy', 1 + get_byte(v_bytes, i) % 25, 1), ''),
      p_game_id, p_project_id
    from generate_series(0, 5) i
    on conflict do nothing;
  end loop;
end $$;

create or replace function public.add_short_link() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform dreamcore.add_short_link(new.id, new.project_id);
  return null;
end $$;
create or replace trigger games_short_link after insert or update of revision on public.games
  for each row when (new.revision is not null and new.project_id is not null)
  execute function public.add_short_link();

select dreamcore.add_short_link(id, project_id) from public.games
where revision is not null and project_id is not null;

-- As in 0009, with the code of its short address.
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
      where p.id = p_game.project_id and s.revision is not null and s.visibility <> 'private'
        and not exists (select from public.takedowns t where t.game_id = s.id)
      limit 1
    ),
    'liked', exists (
      select from public.game_likes l where l.game_id = p_game.id and l.user_id = p_user_id
    )
  );
$$;

-- Whether a project has a thumbnail that its maker chose: a list asks one question for all that it
-- shows, and no store. Without a row it is not known yet.
create table if not exists public.project_thumbnails (
  project_id uuid primary key references public.projects (id) on delete cascade,
  is_kept boolean not null
);
alter table public.project_thumbnails enable row level security;
grant all on public.project_thumbnails to service_role;

-- True = there is one from now on; false = none was found: it counts while nothing else is known.
create or replace function public.note_thumbnail(p_project_id uuid, p_is_kept boolean)
  returns boolean
language sql set search_path = '' as $$
  insert into public.project_thumbnails as t (project_id, is_kept)
  select id, p_is_kept from public.projects where id = p_project_id
  on conflict (project_id) do update set is_kept = true where excluded.is_kept and not t.is_kept;
  select true;
$$;

-- What there is to show of each of these projects, in their order: whether it has a thumbnail (null
-- = not known), and what its version of that hash was seen as (null = the newest one), else the
-- newest earlier one that was seen.
create or replace function public.game_faces(p_project_ids uuid[], p_revisions text[]) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('hasThumbnail', t.is_kept, 'screenshot',
    seen.screenshot) order by place.at), '[]')
  from unnest(p_project_ids, p_revisions) with ordinality as place (project_id, revision, at)
  left join public.project_thumbnails t on t.project_id = place.project_id
  left join lateral (
    select r.screenshot from public.revisions r
    where r.project_id = place.project_id and r.screenshot is not null
      and (place.revision is null or r.ordinal <= (select o.ordinal from public.revisions o
        where o.project_id = place.project_id and o.revision = place.revision))
    order by r.ordinal desc limit 1
  ) seen on true;
$$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('note_thumbnail', 'game_faces', 'game_card')
  loop
    execute format(
      'revoke all on function %s from public, anon, authenticated, service_role', v_function
    );
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
