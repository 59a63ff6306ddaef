-- A V2 database in use: V2's final schema as its own sources leave it behind, with rows in it. The
-- projects table comes from the source without game_type and storage_path, one index is the older
-- one, and older policies are still there.

create table public.users (
  id uuid primary key references auth.users (id) on delete cascade,
  email text unique not null,
  display_name text,
  avatar_url text,
  created_at timestamptz default now() not null,
  updated_at timestamptz default now() not null
);
create table public.projects (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  name text not null default 'New Game',
  is_public boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  remixed_from uuid references public.projects (id) on delete set null
);
create table public.assets (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid references public.users (id) on delete cascade,
  filename text not null, original_name text, storage_path text not null,
  mime_type text, size bigint,
  is_public boolean not null default false, is_deleted boolean not null default false,
  tags text, description text,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  available_from timestamptz, available_until timestamptz,
  alias text not null, hash text not null,
  hash_short text generated always as (left(hash, 8)) stored,
  original_asset_id uuid references public.assets (id) on delete set null,
  created_in_project_id uuid references public.projects (id) on delete set null,
  is_remix_allowed boolean default false, is_global boolean default false, category text
);
alter table public.assets add constraint assets_owner_alias_unique unique (owner_id, alias);
alter table public.assets add constraint assets_global_owner_check
  check ((is_global = true and owner_id is null) or (is_global = false and owner_id is not null));
create table public.project_assets (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  asset_id uuid not null references public.assets (id) on delete cascade,
  usage_type text default 'image' check (usage_type in ('image', 'audio', 'other')),
  added_at timestamptz default now(),
  unique (project_id, asset_id)
);
create table public.chat_history (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  role text not null check (role in ('user', 'assistant', 'system')),
  message text not null,
  created_at timestamptz default now()
);
create table public.jobs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  project_id uuid not null references public.projects (id) on delete cascade,
  status text default 'pending'
    check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  progress integer default 0, progress_message text, result text, error text,
  created_at timestamptz default now(), updated_at timestamptz default now()
);
create table public.publish_drafts (
  project_id uuid primary key references public.projects (id) on delete cascade,
  title text, description text, how_to_play text, tags text,
  visibility text default 'private' check (visibility in ('public', 'unlisted', 'private')),
  remix text default 'disallow' check (remix in ('allowed', 'disallow')),
  thumbnail_url text,
  updated_at timestamptz default now()
);
create table public.activity_log (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.users (id) on delete set null,
  action text not null, target_type text, target_id text, details text,
  created_at timestamptz default now()
);
create table public.games (
  id uuid primary key default gen_random_uuid(),
  project_id uuid references public.projects (id) on delete set null,
  user_id uuid not null references public.users (id) on delete cascade,
  title text not null, description text, game_url text not null, thumbnail_url text,
  play_count bigint not null default 0, like_count bigint not null default 0,
  visibility text not null default 'public' check (visibility in ('public', 'unlisted', 'private')),
  created_at timestamptz not null default now()
);

create index idx_projects_user_id on public.projects (user_id);
create index idx_projects_public on public.projects (updated_at desc) where is_public;
create index idx_assets_is_public on public.assets (is_public);
create index idx_jobs_user_status on public.jobs (user_id, status);

create function public.update_updated_at() returns trigger language plpgsql as $$
begin new.updated_at = now(); return new; end $$;
create trigger users_updated_at before update on public.users
  for each row execute function public.update_updated_at();
create trigger jobs_updated_at before update on public.jobs
  for each row execute function public.update_updated_at();
create function public.handle_new_user() returns trigger
language plpgsql security definer set search_path = public as $$
begin
  insert into public.users (id, email, display_name)
  values (new.id, new.email, split_part(new.email, '@', 1));
  return new;
end $$;
create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user();

alter table public.users enable row level security;
alter table public.projects enable row level security;
alter table public.jobs enable row level security;
create policy "Users can view own profile" on public.users for select using (auth.uid() = id);
create policy projects_read_own on public.projects
  for select to authenticated using (user_id = auth.uid());
create policy jobs_read_own on public.jobs for select to authenticated using (user_id = auth.uid());
create policy jobs_update_own on public.jobs
  for update to authenticated using (user_id = auth.uid());

insert into auth.users (id, email) values
  ('00000000-0000-4000-8000-00000000000a', 'hanako@example.test'),
  ('00000000-0000-4000-8000-00000000000b', 'taro@example.test');
insert into public.projects (id, user_id, name) values
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', '新しいゲーム'),
  ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-00000000000a', 'Puzzle'),
  ('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-00000000000b', 'Race');
insert into public.assets (id, owner_id, filename, storage_path, alias, hash) values
  ('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-00000000000a',
    'cat_12345678.png', '/data/cat.png', 'cat.png', repeat('ab', 32));
insert into public.project_assets (project_id, asset_id) values
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000a1');
insert into public.chat_history (project_id, role, message) values
  ('00000000-0000-4000-8000-000000000001', 'user', 'ねこのゲーム');
insert into public.publish_drafts (project_id, description, remix) values
  ('00000000-0000-4000-8000-000000000001', '走るねこ', 'disallow');
insert into public.activity_log (action, target_type) values ('create', 'project');
-- Job numbers tell their age: higher = newer.
insert into public.jobs (id, user_id, project_id, status, created_at) values
  ('00000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-00000000000a',
    '00000000-0000-4000-8000-000000000001', 'processing', '2024-01-01'),
  ('00000000-0000-4000-8000-000000000012', '00000000-0000-4000-8000-00000000000a',
    '00000000-0000-4000-8000-000000000001', 'pending', '2024-01-02'),
  ('00000000-0000-4000-8000-000000000013', '00000000-0000-4000-8000-00000000000a',
    '00000000-0000-4000-8000-000000000002', 'processing', '2024-01-03'),
  ('00000000-0000-4000-8000-000000000014', '00000000-0000-4000-8000-00000000000a',
    '00000000-0000-4000-8000-000000000002', 'completed', '2024-01-04'),
  ('00000000-0000-4000-8000-000000000015', '00000000-0000-4000-8000-00000000000b',
    '00000000-0000-4000-8000-000000000003', 'processing', null);
