-- Publishing: drafts in both spellings, the pointer of a published game, likes, plays, notifications.

-- The publish page says `disallowed`, the table said `disallow`: both are a draft that is really saved.
alter table public.publish_drafts drop constraint if exists publish_drafts_remix_check;
alter table public.publish_drafts add constraint publish_drafts_remix_check check (remix in ('allowed', 'disallow', 'disallowed'));

-- `revision` is the pointer: a game is published when its row names one. What else is new is what players read.
alter table public.games add column if not exists revision text;
alter table public.games add column if not exists content_hash text;
alter table public.games add column if not exists how_to_play text not null default '';
alter table public.games add column if not exists tags jsonb not null default '[]';
alter table public.games add column if not exists remix text not null default 'allowed';
alter table public.games add column if not exists published_at timestamptz;
alter table public.games add column if not exists updated_at timestamptz not null default now();

create unique index if not exists idx_games_published_project on public.games (project_id) where revision is not null;
create index if not exists idx_games_feed on public.games (published_at desc, id desc) where revision is not null and visibility = 'public';

-- Owners may write their rows through PostgREST; what the server vouches for (pointer, numbers) is not theirs to say.
create or replace function public.guard_games() returns trigger
language plpgsql set search_path = '' as $$
begin
  if current_user not in ('anon', 'authenticated') then
    return new;
  end if;
  if tg_op = 'INSERT' then
    new.revision = null; new.content_hash = null; new.published_at = null; new.play_count = 0; new.like_count = 0;
  else
    new.id = old.id; new.project_id = old.project_id; new.game_url = old.game_url;
    new.revision = old.revision; new.content_hash = old.content_hash; new.published_at = old.published_at;
    new.play_count = old.play_count; new.like_count = old.like_count;
  end if;
  return new;
end $$;
create or replace trigger games_guard before insert or update on public.games
  for each row execute function public.guard_games();

create table if not exists public.game_likes (
  game_id uuid not null references public.games (id) on delete cascade,
  user_id uuid not null references public.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (game_id, user_id)
);
create index if not exists idx_game_likes_user_id on public.game_likes (user_id);

-- One row per game and player, whoever that is: a signed-in user, or a digest of where an anonymous one comes from.
create table if not exists public.game_plays (
  game_id uuid not null references public.games (id) on delete cascade,
  player text not null,
  played_at timestamptz not null default now(),
  primary key (game_id, player)
);

-- Without a user: for everybody.
create table if not exists public.notifications (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.users (id) on delete cascade,
  type text not null check (type in ('system', 'project')),
  title text not null,
  message text not null,
  icon text check (icon in ('announcement', 'success', 'warning', 'comment', 'welcome')),
  project_id uuid references public.projects (id) on delete set null,
  created_at timestamptz not null default now()
);
create index if not exists idx_notifications_user on public.notifications (user_id, created_at desc);

create table if not exists public.notification_reads (
  notification_id uuid not null references public.notifications (id) on delete cascade,
  user_id uuid not null references public.users (id) on delete cascade,
  read_at timestamptz not null default now(),
  primary key (notification_id, user_id)
);
create index if not exists idx_notification_reads_user on public.notification_reads (user_id);

do $$
declare
  v_table text;
begin
  foreach v_table in array array['game_likes', 'game_plays', 'notifications', 'notification_reads'] loop
    execute format('alter table public.%I enable row level security', v_table);
    execute format('grant all on public.%I to anon, authenticated, service_role', v_table);
  end loop;
end $$;

drop policy if exists game_likes_read_own on public.game_likes;
create policy game_likes_read_own on public.game_likes for select to authenticated using (user_id = (select auth.uid()));
drop policy if exists notifications_read_own on public.notifications;
create policy notifications_read_own on public.notifications for select to authenticated using (user_id is null or user_id = (select auth.uid()));
drop policy if exists notification_reads_read_own on public.notification_reads;
create policy notification_reads_read_own on public.notification_reads for select to authenticated using (user_id = (select auth.uid()));

insert into public.notifications (id, type, title, message, icon)
values ('5b0c2f4e-6a1d-4f3b-8a57-2d9c1e7f4a10', 'system', 'DreamCoreへようこそ', 'ことばで伝えるだけで、スマホで遊べるゲームが作れます。まずは「作る」から始めましょう。', 'welcome')
on conflict (id) do nothing;

-- A game as a player is told of it. A display name that is only the mail address's local part was never chosen: it stays unsaid.
create or replace function public.game_card(p_game public.games, p_user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'id', p_game.id, 'projectId', p_game.project_id, 'userId', p_game.user_id, 'revision', p_game.revision, 'contentHash', p_game.content_hash,
    'title', p_game.title, 'description', coalesce(p_game.description, ''), 'howToPlay', p_game.how_to_play, 'tags', p_game.tags,
    'visibility', p_game.visibility, 'remix', p_game.remix, 'thumbnailUrl', p_game.thumbnail_url,
    'playCount', p_game.play_count, 'likeCount', p_game.like_count, 'publishedAt', p_game.published_at, 'updatedAt', p_game.updated_at,
    'creator', (select nullif(u.display_name, split_part(u.email, '@', 1)) from public.users u where u.id = p_game.user_id),
    'liked', exists (select from public.game_likes l where l.game_id = p_game.id and l.user_id = p_user_id)
  );
$$;

-- The published game of that id, or of the project of that id; null when there is none. Who may see it is the caller's business.
create or replace function public.published_game(p_id uuid, p_user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select public.game_card(g, p_user_id) from public.games g
  where (g.id = p_id or g.project_id = p_id) and g.revision is not null
  order by (g.id = p_id) desc limit 1;
$$;

-- What everybody may find, newest first, older than the game (`p_before`, `p_before_id`) if given.
create or replace function public.list_public_games(p_user_id uuid, p_before timestamptz, p_before_id uuid, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with page as (
    select g from public.games g
    where g.revision is not null and g.visibility = 'public' and (p_before is null or (g.published_at, g.id) < (p_before, p_before_id))
    order by g.published_at desc, g.id desc limit p_limit
  )
  select coalesce(jsonb_agg(public.game_card(g, p_user_id) order by (g).published_at desc, (g).id desc), '[]') from page;
$$;

-- The flip: from here on the game is what its row names. One transaction with the end of the action, so that a cancel that comes
-- later is too late and a project that is being deleted gets no game any more. A repeat answers the row as it stands.
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
  delete from public.games where id = v_in.id and (user_id <> v_in.user_id or project_id is distinct from v_in.project_id);
  insert into public.games as g (id, project_id, user_id, title, description, how_to_play, tags, remix, thumbnail_url, visibility, game_url, revision, content_hash, published_at)
  values (v_in.id, v_in.project_id, v_in.user_id, v_in.title, v_in.description, v_in.how_to_play, v_in.tags, v_in.remix, v_in.thumbnail_url,
          v_in.visibility, v_in.game_url, v_in.revision, v_in.content_hash, now())
  on conflict (id) do update set
    title = excluded.title, description = excluded.description, how_to_play = excluded.how_to_play, tags = excluded.tags, remix = excluded.remix,
    thumbnail_url = excluded.thumbnail_url, visibility = excluded.visibility, game_url = excluded.game_url, revision = excluded.revision,
    content_hash = excluded.content_hash, published_at = coalesce(g.published_at, excluded.published_at), updated_at = now()
  returning * into v_game;
  update public.actions set state = 'completed', progress = 100,
    result = jsonb_build_object('gameId', v_game.id, 'revision', v_game.revision, 'contentHash', v_game.content_hash)
  where id = p_action_id returning * into v_action;
  return v_action.result;
end $$;

-- Likes or unlikes, and answers the new number; a repeat changes nothing.
create or replace function public.like_game(p_game_id uuid, p_user_id uuid, p_liked boolean) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_change integer;
  v_count bigint;
begin
  if p_liked then
    insert into public.game_likes (game_id, user_id) values (p_game_id, p_user_id) on conflict do nothing;
  else
    delete from public.game_likes where game_id = p_game_id and user_id = p_user_id;
  end if;
  get diagnostics v_change = row_count;
  update public.games set like_count = greatest(0, like_count + case when p_liked then v_change else -v_change end)
  where id = p_game_id returning like_count into v_count;
  return v_count;
end $$;

-- Counts a play unless the same player's last counted one is younger than the window. True = counted.
create or replace function public.count_play(p_game_id uuid, p_player text, p_window_ms bigint) returns boolean
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

-- A user's own and what is for everybody since he is here, newest first. The welcome is as old as the account.
create or replace function public.list_notifications(p_user_id uuid, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with shown as (
    select n.*, case when n.icon = 'welcome' then u.created_at else n.created_at end as at,
      exists (select from public.notification_reads r where r.notification_id = n.id and r.user_id = p_user_id) as is_read
    from public.users u
    join public.notifications n on n.user_id = u.id or (n.user_id is null and (n.icon = 'welcome' or n.created_at >= u.created_at))
    where u.id = p_user_id
    order by at desc, n.id limit p_limit
  )
  select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
    'id', id, 'type', type, 'title', title, 'message', message, 'createdAt', at, 'read', is_read, 'icon', icon, 'projectId', project_id
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

-- As in 0013; a project is public as well when everybody can find its game. `is_public` itself opens its chat to the world, so
-- publishing leaves that alone.
create or replace function public.list_projects(p_user_id uuid) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', p.id, 'name', p.name, 'description', coalesce(d.description, ''),
    'isPublic', p.is_public or exists (select from public.games g where g.project_id = p.id and g.revision is not null and g.visibility = 'public'),
    'remixedFrom', p.remixed_from, 'createdAt', p.created_at, 'updatedAt', p.updated_at
  ) order by p.updated_at desc, p.id), '[]')
  from public.projects p
  left join public.publish_drafts d on d.project_id = p.id
  where p.user_id = p_user_id;
$$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname in (
      'game_card', 'published_game', 'list_public_games', 'publish_game', 'like_game', 'count_play', 'list_notifications', 'read_notifications'
    )
  loop
    execute format('revoke all on function %s from public, anon, authenticated', v_function);
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
