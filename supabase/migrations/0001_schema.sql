-- The tables of DreamCore V2 in their final state. On a living V2 database every statement finds
-- its object there already. Needed from the platform: schema auth with auth.users and auth.uid(),
-- roles anon, authenticated, service_role. UUID defaults use the gen_random_uuid() that PostgreSQL
-- itself has had since 13; no extension is needed.

create table if not exists public.users (
  id uuid primary key references auth.users (id) on delete cascade,
  email text not null,
  display_name text,
  avatar_url text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table if not exists public.projects (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  name text not null default 'New Game',
  game_type text default '2d' check (game_type in ('2d', '3d')),
  storage_path text,
  is_public boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  remixed_from uuid references public.projects (id) on delete set null
);
-- An address is the account's to own (auth.users); that this copy was unique let one row keep a
-- stranger from signing up.
alter table public.users drop constraint if exists users_email_key;
-- One of V2's two schema sources did not have these.
alter table public.projects add column if not exists game_type text default '2d'
  check (game_type in ('2d', '3d'));
alter table public.projects add column if not exists storage_path text;

create table if not exists public.assets (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid references public.users (id) on delete cascade,
  filename text not null,
  original_name text,
  storage_path text not null,
  mime_type text,
  size bigint,
  is_public boolean not null default false,
  is_deleted boolean not null default false,
  tags text,
  description text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  available_from timestamptz,
  available_until timestamptz,
  alias text not null,
  hash text not null,
  hash_short text generated always as (left(hash, 8)) stored,
  original_asset_id uuid references public.assets (id) on delete set null,
  created_in_project_id uuid references public.projects (id) on delete set null,
  is_remix_allowed boolean default false,
  is_global boolean default false,
  category text,
  constraint assets_owner_alias_unique unique (owner_id, alias),
  constraint assets_global_owner_check
    check ((is_global = true and owner_id is null) or (is_global = false and owner_id is not null))
);

create table if not exists public.project_assets (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  asset_id uuid not null references public.assets (id) on delete cascade,
  usage_type text default 'image' check (usage_type in ('image', 'audio', 'other')),
  added_at timestamptz default now(),
  unique (project_id, asset_id)
);

create table if not exists public.chat_history (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  role text not null check (role in ('user', 'assistant', 'system')),
  message text not null,
  created_at timestamptz default now()
);

create table if not exists public.jobs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  project_id uuid not null references public.projects (id) on delete cascade,
  status text default 'pending'
    check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  progress integer default 0,
  progress_message text,
  result text,
  error text,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table if not exists public.publish_drafts (
  project_id uuid primary key references public.projects (id) on delete cascade,
  title text,
  description text,
  how_to_play text,
  tags text,
  visibility text default 'private' check (visibility in ('public', 'unlisted', 'private')),
  remix text default 'disallow' check (remix in ('allowed', 'disallow')),
  thumbnail_url text,
  updated_at timestamptz default now()
);

create table if not exists public.activity_log (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.users (id) on delete set null,
  action text not null,
  target_type text,
  target_id text,
  details text,
  created_at timestamptz default now()
);

create table if not exists public.games (
  id uuid primary key default gen_random_uuid(),
  project_id uuid references public.projects (id) on delete set null,
  user_id uuid not null references public.users (id) on delete cascade,
  title text not null,
  description text,
  game_url text not null,
  thumbnail_url text,
  play_count bigint not null default 0,
  like_count bigint not null default 0,
  visibility text not null default 'public' check (visibility in ('public', 'unlisted', 'private')),
  created_at timestamptz not null default now()
);

-- The publish page says 'disallowed' where the schema said 'disallow': both are a valid answer.
do $$
declare
  v_constraint text;
begin
  for v_constraint in
    select c.conname
    from pg_constraint c
    join pg_attribute a on a.attrelid = c.conrelid and c.conkey = array[a.attnum]
    where c.conrelid = 'public.publish_drafts'::regclass and c.contype = 'c' and a.attname = 'remix'
  loop
    execute format('alter table public.publish_drafts drop constraint %I', v_constraint);
  end loop;
  alter table public.publish_drafts
    add constraint publish_drafts_remix_check
      check (remix in ('allowed', 'disallow', 'disallowed'));
end $$;

alter table public.jobs add column if not exists attempt integer not null default 0;
alter table public.jobs add column if not exists slot_at timestamptz;
alter table public.jobs add column if not exists queue_no bigint;
alter table public.jobs add column if not exists last_event_at timestamptz;
alter table public.jobs add column if not exists usage jsonb;
-- The steps that a job has come through, the present one last; a step may come again.
alter table public.jobs add column if not exists steps text[] not null default '{}';
-- Of the newest attempt: {"round", "tryNo" (in its round), "repairsFrom" (the first attempt of a
-- repair, or null), "leftModal", "played" (it was played: nothing is made in it any more)}.
alter table public.jobs add column if not exists trying jsonb;
-- What the model of that attempt does now: {"turn", "tool", "file", "bytes"}.
alter table public.jobs add column if not exists doing jsonb;
-- An operator has a job of somebody else's done once more: the house pays for it.
alter table public.jobs add column if not exists is_rerun boolean not null default false;
alter table public.projects add column if not exists pending_question jsonb;

-- The server wrote this row and the file that storage_path names; no other row's file is opened.
alter table public.assets add column if not exists is_stored boolean not null default false;

create sequence if not exists public.jobs_queue_no_seq as bigint owned by public.jobs.queue_no;

-- `revision` is the pointer: a game is published when its row names one. What else is new is what
-- players read.
alter table public.games add column if not exists revision text;
alter table public.games add column if not exists content_hash text;
alter table public.games add column if not exists how_to_play text not null default '';
alter table public.games add column if not exists tags jsonb not null default '[]';
alter table public.games add column if not exists remix text not null default 'allowed';
alter table public.games add column if not exists published_at timestamptz;
alter table public.games add column if not exists updated_at timestamptz not null default now();

-- profiles: the users under their older name, with the rights of whoever asks. A table of that name
-- is left alone.
do $$
begin
  if exists (select from pg_class where oid = to_regclass('public.profiles')
    and relkind <> 'v') then
    raise notice 'public.profiles is not a view of ours: left as it is';
  else
    create or replace view public.profiles with (security_invoker = true) as
      select id, email, display_name, avatar_url, created_at, updated_at from public.users;
    grant all on public.profiles to anon, authenticated, service_role;
  end if;
end $$;

-- An older source of V2 made this index over all rows.
do $$
begin
  if exists (select from pg_index where indexrelid = to_regclass('public.idx_assets_is_public')
    and indpred is null) then
    drop index public.idx_assets_is_public;
  end if;
end $$;

create index if not exists idx_projects_user_id on public.projects (user_id);
create index if not exists idx_projects_updated_at on public.projects (updated_at desc);
create index if not exists idx_projects_user_updated on public.projects (user_id, updated_at desc);
create index if not exists idx_projects_is_public on public.projects (is_public);
create index if not exists idx_projects_remixed_from on public.projects (remixed_from);
create index if not exists idx_projects_public on public.projects (updated_at desc) where is_public;

create index if not exists idx_assets_owner_id on public.assets (owner_id);
create index if not exists idx_assets_is_public on public.assets (is_public) where is_public;
create index if not exists idx_assets_is_deleted on public.assets (is_deleted);
create index if not exists idx_assets_owner_active on public.assets (owner_id, created_at desc)
  where not is_deleted;
create index if not exists idx_assets_hash on public.assets (hash);
create index if not exists idx_assets_original_asset_id on public.assets (original_asset_id);
create index if not exists idx_assets_created_in_project_id
  on public.assets (created_in_project_id);
create index if not exists idx_assets_global on public.assets (is_global) where is_global;
create unique index if not exists idx_assets_global_alias_unique on public.assets (alias)
  where is_global;
create index if not exists idx_assets_public_active on public.assets (created_at desc)
  where is_public and not is_deleted;

create index if not exists idx_project_assets_project_id on public.project_assets (project_id);
create index if not exists idx_project_assets_asset_id on public.project_assets (asset_id);

create index if not exists idx_chat_history_project_id on public.chat_history (project_id);
create index if not exists idx_chat_history_created_at on public.chat_history (created_at);

create index if not exists idx_jobs_user_id on public.jobs (user_id);
create index if not exists idx_jobs_project_id on public.jobs (project_id);
create index if not exists idx_jobs_status on public.jobs (status);
create index if not exists idx_jobs_user_status on public.jobs (user_id, status);

create index if not exists idx_publish_drafts_project_id on public.publish_drafts (project_id);

create index if not exists idx_activity_log_user_id on public.activity_log (user_id);
create index if not exists idx_activity_log_action on public.activity_log (action);
create index if not exists idx_activity_log_created_at on public.activity_log (created_at);
create index if not exists idx_activity_log_user_created on public.activity_log (user_id,
  created_at desc);

create index if not exists idx_games_visibility on public.games (visibility);
create index if not exists idx_games_created_at on public.games (created_at desc);
create index if not exists idx_games_user_id on public.games (user_id);
create index if not exists idx_games_project_id on public.games (project_id);

-- The last lines of a chat without sorting all of them.
create index if not exists idx_chat_history_project_created on public.chat_history (project_id,
  created_at desc);

create unique index if not exists idx_games_published_project on public.games (project_id)
  where revision is not null;
create index if not exists idx_games_feed on public.games (published_at desc, id desc)
  where revision is not null and visibility = 'public';

-- What indexes of the feed are made of stands in a schema of its own: nobody calls it by name but
-- the server, and whoever writes a row needs no right on the schema.
create schema if not exists dreamcore;

-- Every letter of a text and every two that stand together, so that a part of a word is found by an
-- index, in languages without spaces, too.
create or replace function dreamcore.search_grams(p_text text) returns text[]
language sql immutable strict parallel safe set search_path = '' as $$
  select coalesce(array_agg(distinct gram), '{}') from (
    select unnest(array[letter, letter || lead(letter) over (order by place)]) as gram
    from unnest(string_to_array(lower(normalize(p_text, nfkc)), null))
      with ordinality as letters (letter, place)
  ) grams
  where gram !~ '\s';
$$;

-- What is searched of a game.
create or replace function dreamcore.game_text(p_title text, p_description text) returns text
language sql immutable parallel safe set search_path = '' as $$
  select left(p_title, 200) || ' ' || left(coalesce(p_description, ''), 1000);
$$;

-- A display name that is only the mail address's local part was never chosen: it stays unsaid.
create or replace function dreamcore.maker_name(p_display_name text, p_email text) returns text
language sql immutable parallel safe set search_path = '' as $$
  select left(nullif(p_display_name, split_part(p_email, '@', 1)), 200);
$$;

-- A like weighs as much as ten plays.
create or replace function dreamcore.popularity(p_likes bigint, p_plays bigint) returns bigint
language sql immutable parallel safe set search_path = '' as $$
  select p_likes * 10 + p_plays;
$$;

create index if not exists idx_games_popular on public.games
  (dreamcore.popularity(like_count, play_count) desc, id desc)
  where revision is not null and visibility = 'public';
create index if not exists idx_games_search on public.games
  using gin (dreamcore.search_grams(dreamcore.game_text(title, description)))
  where revision is not null and visibility = 'public';
create index if not exists idx_users_search on public.users
  using gin (dreamcore.search_grams(dreamcore.maker_name(display_name, email)));

-- V2 let users write these: a time that has not come yet would keep a row from being looked after.
update public.jobs set created_at = least(created_at, now()), updated_at = now()
where status in ('pending', 'processing') and greatest(created_at, updated_at) > now();
-- Rows that an earlier server left active for ever: only the newest of each project, then of each
-- user, may stay.
update public.jobs set status = 'failed', error = '作業が途中で中断しました。もう一度お試しください。'
where id in (
  select id from (
    select id,
      row_number() over (partition by project_id
      order by coalesce(created_at, '-infinity') desc, id desc) as place
    from public.jobs where status in ('pending', 'processing')
  ) active where place > 1
);
update public.jobs set status = 'failed', error = '作業が途中で中断しました。もう一度お試しください。'
where id in (
  select id from (
    select id,
      row_number() over (partition by user_id
      order by coalesce(created_at, '-infinity') desc, id desc) as place
    from public.jobs where status in ('pending', 'processing')
  ) active where place > 1
);
create unique index if not exists jobs_one_active_per_project on public.jobs (project_id)
  where status in ('pending', 'processing');
create unique index if not exists jobs_one_active_per_user on public.jobs (user_id)
  where status in ('pending', 'processing');
-- Waiting = needs a slot (has a number) and has none.
create index if not exists jobs_waiting on public.jobs (queue_no)
  where status in ('pending', 'processing') and queue_no is not null and slot_at is null;
