-- What each user's Volume is known to hold of a project. No reference to projects: a folder whose project is gone has to be found.
create table if not exists public.volume_heads (
  project_id uuid primary key,
  user_id uuid not null references public.users (id) on delete cascade,
  revision text not null check (revision ~ '^[0-9a-f]{40}$'),
  updated_at timestamptz not null default now()
);
create index if not exists idx_volume_heads_user_id on public.volume_heads (user_id);

-- The server's own: no policy, so that nobody but the service role reads or writes it.
alter table public.volume_heads enable row level security;
grant all on public.volume_heads to anon, authenticated, service_role;
