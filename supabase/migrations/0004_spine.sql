-- What durable work adds to V2's tables: attempts, the queue, open questions, other background work, versions.

alter table public.jobs add column if not exists attempt integer not null default 0;
alter table public.jobs add column if not exists slot_at timestamptz;
alter table public.jobs add column if not exists queue_no bigint;
alter table public.jobs add column if not exists last_event_at timestamptz;
alter table public.jobs add column if not exists usage jsonb;
alter table public.projects add column if not exists pending_question jsonb;

create sequence if not exists public.jobs_queue_no_seq as bigint owned by public.jobs.queue_no;
revoke all on sequence public.jobs_queue_no_seq from public, anon, authenticated;
grant usage on sequence public.jobs_queue_no_seq to service_role;

-- Rows that an earlier server left active for ever: only the newest of each project, then of each user, may stay.
update public.jobs set status = 'failed', error = '作業が途中で中断しました。もう一度お試しください。'
where id in (
  select id from (
    select id, row_number() over (partition by project_id order by coalesce(created_at, '-infinity') desc, id desc) as place
    from public.jobs where status in ('pending', 'processing')
  ) active where place > 1
);
update public.jobs set status = 'failed', error = '作業が途中で中断しました。もう一度お試しください。'
where id in (
  select id from (
    select id, row_number() over (partition by user_id order by coalesce(created_at, '-infinity') desc, id desc) as place
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

-- Background work that is not a generation. A deleted project leaves its actions behind: deleting is one of them.
create table if not exists public.actions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  project_id uuid references public.projects (id) on delete set null,
  kind text not null,
  state text not null default 'pending' check (state in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  progress integer not null default 0,
  result jsonb,
  error text,
  attempt integer not null default 0,
  last_event_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index if not exists idx_actions_user_id on public.actions (user_id);
create index if not exists idx_actions_project_id on public.actions (project_id);
create or replace trigger actions_updated_at before update on public.actions
  for each row execute function public.update_updated_at();

-- The line of versions: inserting a row is the commit point. job_id names the job or action that made it.
create table if not exists public.revisions (
  project_id uuid not null references public.projects (id) on delete cascade,
  ordinal bigint not null check (ordinal > 0),
  revision text not null check (revision ~ '^[0-9a-f]{40}$'),
  parent text check (parent ~ '^[0-9a-f]{40}$'),
  job_id uuid not null unique,
  kind text not null check (kind in ('generate', 'restore')),
  subject text not null,
  restored_from text,
  created_at timestamptz not null default now(),
  primary key (project_id, ordinal),
  unique (project_id, revision),
  constraint revisions_restored_from_check check ((kind = 'restore') = (restored_from is not null))
);

do $$
declare
  v_table text;
begin
  foreach v_table in array array['actions', 'revisions'] loop
    execute format('alter table public.%I enable row level security', v_table);
    execute format('grant all on public.%I to anon, authenticated, service_role', v_table);
  end loop;
end $$;

drop policy if exists actions_read_own on public.actions;
create policy actions_read_own on public.actions for select to authenticated
  using (user_id = (select auth.uid()));
drop policy if exists revisions_read_own on public.revisions;
create policy revisions_read_own on public.revisions for select to authenticated
  using (exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid())));
