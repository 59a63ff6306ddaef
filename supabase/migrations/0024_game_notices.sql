-- step: expand
-- What others do with a game calls its maker back: in the app, and by push where a browser asks
-- for it.

-- What a user is not notified of, a row for each.
create table if not exists public.notice_mutes (
  user_id uuid not null references public.users (id) on delete cascade,
  event text not null check (event in ('ended', 'played', 'liked', 'remixed')),
  primary key (user_id, event)
);
alter table public.notice_mutes enable row level security;
grant all on public.notice_mutes to service_role;

-- The event that browsers are still to be notified of; null = none.
alter table public.notifications add column if not exists push_event text;
create index if not exists idx_notifications_push on public.notifications (created_at)
  where push_event is not null;

-- Notifies the maker of a game of what an actor, a user or a visitor, did with it: once for each
-- ('' = any actor), never of what the maker does.
create or replace function public.notify_of_game(p_event text, p_game_id uuid, p_actor text,
  p_notice jsonb) returns void
language sql set search_path = '' as $$
  insert into public.notifications (id, user_id, project_id, type, title, message, code, params,
    icon, push_event)
  select overlay(overlay(md5(p_event || ' ' || p_game_id || ' ' || p_actor)
      placing '8' from 13) placing '8' from 17)::uuid,
    g.user_id, g.project_id, 'project', p_notice ->> 'title', p_notice ->> 'message',
    p_notice ->> 'code', p_notice -> 'params', 'success', p_event
  from public.games g
  where g.id = p_game_id and g.user_id::text <> p_actor and p_notice is not null
    and not exists (select from public.notice_mutes m
      where m.user_id = g.user_id and m.event = p_event)
  on conflict (id) do nothing;
$$;

drop function if exists public.like_game(uuid, uuid, boolean);
-- Likes or unlikes, and answers the new number; a repeat changes nothing. p_notice: of the like,
-- for the maker; null = none.
create or replace function public.like_game(p_game_id uuid, p_user_id uuid, p_liked boolean,
  p_notice jsonb default null) returns bigint
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
  if p_liked and v_change > 0 then
    perform public.notify_of_game('liked', p_game_id, p_user_id::text, p_notice);
  end if;
  return v_count;
end $$;

drop function if exists public.count_play(uuid, text, bigint);
-- Counts a play unless the same player's last counted one is younger than the window. True =
-- counted. p_notice: of the first play by another than the maker; null = none.
create or replace function public.count_play(p_game_id uuid, p_player text, p_window_ms bigint,
  p_notice jsonb default null) returns boolean
language plpgsql set search_path = '' as $$
begin
  insert into public.game_plays as p (game_id, player) values (p_game_id, p_player)
  on conflict (game_id, player) do update set played_at = now()
  where p.played_at <= now() - make_interval(secs => p_window_ms / 1000.0);
  if not found then
    return false;
  end if;
  update public.games set play_count = play_count + 1 where id = p_game_id;
  if exists (select from public.games g where g.id = p_game_id and g.user_id::text <> p_player
    and not exists (select from public.game_plays o where o.game_id = g.id
      and o.player not in (p_player, g.user_id::text))) then
    perform public.notify_of_game('played', p_game_id, '', p_notice);
  end if;
  return true;
end $$;

-- Notifications whose push is due, the oldest first, each handed out once; what is older than a
-- push service would keep is dropped.
create or replace function public.claim_pushes(p_limit integer) returns jsonb
language sql set search_path = '' as $$
  with due as (
    select id, push_event from public.notifications where push_event is not null
    order by created_at limit p_limit for update skip locked
  ), claimed as (
    update public.notifications n set push_event = null from due where n.id = due.id
    returning n.user_id, n.project_id, n.created_at, due.push_event
  )
  select coalesce(jsonb_agg(jsonb_build_object('userId', user_id, 'projectId', project_id,
    'event', push_event)) filter (
      where project_id is not null and created_at > now() - interval '12 hours'), '[]')
  from claimed;
$$;

-- What a user is not notified of, from now on.
create or replace function public.mute_notices(p_user_id uuid, p_events text[]) returns boolean
language sql set search_path = '' as $$
  delete from public.notice_mutes where user_id = p_user_id and event <> all (p_events);
  insert into public.notice_mutes (user_id, event)
  select p_user_id, event from unnest(p_events) as event
  on conflict do nothing;
  select true;
$$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('notify_of_game', 'like_game', 'count_play', 'claim_pushes',
        'mute_notices')
  loop
    execute format(
      'revoke all on function %s from public, anon, authenticated, service_role', v_function
    );
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
