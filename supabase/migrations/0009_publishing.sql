-- Publishing: games as players see them, likes, plays, notifications.

-- A game as a player is told of it, its texts cut to what a card holds.
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

-- The published game of that id, or of the project of that id; null when there is none, or it was
-- taken down. Who may see it is the caller's business.
create or replace function public.published_game(p_id uuid, p_user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select public.game_card(g, p_user_id) from public.games g
  where (g.id = p_id or g.project_id = p_id) and g.revision is not null
    and not exists (select from public.takedowns t where t.game_id = g.id)
  order by (g.id = p_id) desc limit 1;
$$;

-- Public games with all these words in title and description, or all in their maker's name. The
-- indexes give every game that may be one, whose texts are then read.
create or replace function public.search_public_games(p_search text) returns setof uuid
language sql stable set search_path = '' as $$
  with words as materialized (
    select word from regexp_split_to_table(lower(normalize(p_search, nfkc)), '\s+') as word
    where word <> ''
  )
  select g.id from public.games g
  where g.revision is not null and g.visibility = 'public'
    and dreamcore.search_grams(dreamcore.game_text(g.title, g.description))
      @> dreamcore.search_grams(p_search)
    and not exists (
      select from words where position(word in
        lower(normalize(dreamcore.game_text(g.title, g.description), nfkc))) = 0
    )
  union
  select g.id from public.users u join public.games g on g.user_id = u.id
  where g.revision is not null and g.visibility = 'public'
    and dreamcore.search_grams(dreamcore.maker_name(u.display_name, u.email))
      @> dreamcore.search_grams(p_search)
    and not exists (
      select from words where position(word in
        lower(normalize(dreamcore.maker_name(u.display_name, u.email), nfkc))) = 0
    );
$$;

drop function if exists public.list_public_games(uuid, timestamptz, uuid, integer);

-- What everybody may find, with these words if there are any: newest first, or the most popular
-- first. `p_before` or `p_before_score`, and `p_before_id`, name the game that came last.
create or replace function public.list_public_games(p_user_id uuid, p_sort text, p_search text,
  p_before timestamptz, p_before_score bigint, p_before_id uuid, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with page as (
    (
      select g, row_number() over (order by g.published_at desc, g.id desc) as place
      from public.games g
      where p_sort <> 'popular' and g.revision is not null and g.visibility = 'public'
        and (p_before is null or (g.published_at, g.id) < (p_before, p_before_id))
        and (p_search is null or g.id in (select public.search_public_games(p_search)))
        and not exists (select from public.takedowns t where t.game_id = g.id)
      order by g.published_at desc, g.id desc limit p_limit
    )
    union all
    (
      select g, row_number() over (order by dreamcore.popularity(g.like_count, g.play_count) desc,
        g.id desc) as place
      from public.games g
      where p_sort = 'popular' and g.revision is not null and g.visibility = 'public'
        and (p_before_score is null
          or (dreamcore.popularity(g.like_count, g.play_count), g.id)
            < (p_before_score, p_before_id))
        and (p_search is null or g.id in (select public.search_public_games(p_search)))
        and not exists (select from public.takedowns t where t.game_id = g.id)
      order by dreamcore.popularity(g.like_count, g.play_count) desc, g.id desc limit p_limit
    )
  )
  select coalesce(jsonb_agg(public.game_card(g, p_user_id) || jsonb_build_object('score',
    dreamcore.popularity((g).like_count, (g).play_count)) order by place), '[]') from page;
$$;

-- The flip: from here on the game is what its row names. One transaction with the end of the
-- action, so that a cancel that comes later is too late and a project that is being deleted gets no
-- game any more. A repeat answers the row as it stands.
create or replace function public.publish_game(p_action_id uuid, p_game jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_action public.actions;
  v_game public.games;
  v_in public.games := jsonb_populate_record(null::public.games, p_game);
begin
  select * into v_action from public.actions where id = p_action_id for update;
  if found and v_action.state = 'completed' then
    return v_action.result;
  end if;
  if not found or v_action.state not in ('pending', 'processing') then
    return null;
  end if;
  perform from public.projects where id = v_in.project_id and user_id = v_in.user_id for key share;
  if not found then
    return null;
  end if;
  -- Whoever took that id through PostgREST had no right to it.
  delete from public.games where id = v_in.id
    and (user_id <> v_in.user_id or project_id is distinct from v_in.project_id);
  insert into public.games as g (id, project_id, user_id, title, description, how_to_play, tags,
    remix, thumbnail_url, visibility, game_url, revision, content_hash, published_at)
  values (v_in.id, v_in.project_id, v_in.user_id, left(v_in.title, 200),
    left(v_in.description, 5000), left(v_in.how_to_play, 10000),
    v_in.tags, v_in.remix, v_in.thumbnail_url,
          v_in.visibility, v_in.game_url, v_in.revision, v_in.content_hash, now())
  on conflict (id) do update set
    title = excluded.title, description = excluded.description, how_to_play = excluded.how_to_play,
      tags = excluded.tags, remix = excluded.remix,
    thumbnail_url = excluded.thumbnail_url, visibility = excluded.visibility,
      game_url = excluded.game_url, revision = excluded.revision,
    content_hash = excluded.content_hash,
      published_at = coalesce(g.published_at, excluded.published_at), updated_at = now()
  returning * into v_game;
  update public.actions set state = 'completed', progress = 100,
    result = jsonb_build_object('gameId', v_game.id, 'revision', v_game.revision, 'contentHash',
      v_game.content_hash)
  where id = p_action_id returning * into v_action;
  return v_action.result;
end $$;

-- A project from a version of another one: its row, its first version (none without p_revision),
-- the first line of its chat. One transaction; a repeat changes nothing. False = the action has
-- ended.
create or replace function public.create_remix(p_action_id uuid, p_project_id uuid, p_user_id uuid,
  p_name text, p_parent_id uuid, p_revision text, p_subject text, p_chat_id uuid, p_line text)
  returns boolean
language plpgsql set search_path = '' as $$
declare
  v_state text;
begin
  select state into v_state from public.actions where id = p_action_id and user_id = p_user_id
    for update;
  if v_state = 'completed' then return true; end if;
  if v_state is null or v_state not in ('pending', 'processing') then return false; end if;
  insert into public.projects (id, user_id, name, remixed_from)
  values (p_project_id, p_user_id, left(p_name, 1000),
    (select id from public.projects where id = p_parent_id))
  on conflict (id) do nothing;
  insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject)
  select p_project_id, 1, p_revision, p_action_id, 'remix', p_subject where p_revision is not null
  on conflict do nothing;
  insert into public.chat_history (id, project_id, role, message)
  values (p_chat_id, p_project_id, 'system', left(p_line, 1000))
  on conflict (id) do nothing;
  return true;
end $$;

-- Likes or unlikes, and answers the new number; a repeat changes nothing.
create or replace function public.like_game(p_game_id uuid, p_user_id uuid, p_liked boolean)
  returns bigint
language plpgsql set search_path = '' as $$
declare
  v_change integer;
  v_count bigint;
begin
  if p_liked then
    insert into public.game_likes (game_id, user_id) values (p_game_id, p_user_id)
      on conflict do nothing;
  else
    delete from public.game_likes where game_id = p_game_id and user_id = p_user_id;
  end if;
  get diagnostics v_change = row_count;
  update public.games set like_count = greatest(0, like_count + case when p_liked
    then v_change else -v_change end)
  where id = p_game_id returning like_count into v_count;
  return v_count;
end $$;

-- Counts a play unless the same player's last counted one is younger than the window. True =
-- counted.
create or replace function public.count_play(p_game_id uuid, p_player text, p_window_ms bigint)
  returns boolean
language plpgsql set search_path = '' as $$
begin
  insert into public.game_plays as p (game_id, player) values (p_game_id, p_player)
  on conflict (game_id, player) do update set played_at = now()
  where p.played_at <= now() - make_interval(secs => p_window_ms / 1000.0);
  if not found then
    return false;
  end if;
  update public.games set play_count = play_count + 1 where id = p_game_id;
  return true;
end $$;

-- A user's own and what is for everybody since he is here, newest first. The welcome is as old as
-- the account.
create or replace function public.list_notifications(p_user_id uuid, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with shown as (
    select n.*, case when n.icon = 'welcome' then u.created_at else n.created_at end as at,
      exists (select from public.notification_reads r where r.notification_id = n.id
        and r.user_id = p_user_id) as is_read
    from public.users u
    join public.notifications n on n.user_id = u.id
      or (n.user_id is null and (n.icon = 'welcome' or n.created_at >= u.created_at))
    where u.id = p_user_id
    order by at desc, n.id limit p_limit
  )
  select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
    'id', id, 'type', type, 'title', title, 'message', message, 'createdAt', at, 'read', is_read,
      'icon', icon, 'projectId', project_id
  )) order by at desc, id), '[]') from shown;
$$;

-- Marks one, or (null) all that the user can see. False = there is no such notification for him.
create or replace function public.read_notifications(p_user_id uuid, p_id uuid) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_seen integer;
begin
  select count(*) into v_seen from public.notifications n
  where (n.user_id is null or n.user_id = p_user_id) and (p_id is null or n.id = p_id);
  insert into public.notification_reads (notification_id, user_id)
  select n.id, p_user_id from public.notifications n
  where (n.user_id is null or n.user_id = p_user_id) and (p_id is null or n.id = p_id)
  on conflict do nothing;
  return p_id is null or v_seen > 0;
end $$;

-- A browser that wants to be told; the same one comes again, perhaps with another user. False:
-- its endpoint stands there with other keys. The ones longest unused make room.
create or replace function public.keep_push_subscription(
  p_user_id uuid, p_endpoint text, p_p256dh text, p_auth text, p_language text, p_max integer
) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_id uuid;
begin
  perform 1 from public.users where id = p_user_id for no key update;
  insert into public.push_subscriptions as s (user_id, endpoint, p256dh, auth, language)
  values (p_user_id, p_endpoint, p_p256dh, p_auth, p_language)
  on conflict (endpoint) do update
    set user_id = excluded.user_id, language = excluded.language, last_used_at = now()
    where s.p256dh = excluded.p256dh and s.auth = excluded.auth
  returning s.id into v_id;
  if v_id is null then return false; end if;
  delete from public.push_subscriptions where id in (
    select id from public.push_subscriptions where user_id = p_user_id
    order by (id = v_id) desc, last_used_at desc, id offset p_max
  );
  return true;
end $$;
