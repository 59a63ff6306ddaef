-- One row: where work with files and models is done. Without it nothing was ever done on Modal.
create table if not exists public.backend_state (
  is_only_row boolean primary key default true check (is_only_row),
  -- What an operator (or the first worker with Modal) chose, and for how many of the users, percent.
  switch text not null check (switch in ('modal', 'local')),
  share_percent integer not null default 100 check (share_percent between 0 and 100),
  updated_at timestamptz not null default now(),
  updated_by text not null,
  -- The breaker of the workers: while it is open, one step after probe_at may try Modal.
  breaker text not null default 'closed' check (breaker in ('closed', 'open')),
  breaker_opened_at timestamptz,
  breaker_reason text,
  probe_at timestamptz,
  constraint backend_state_open_breaker check (breaker = 'closed' or (breaker_opened_at is not null and probe_at is not null))
);

-- The server's own: no policy, so that nobody but the service role reads or writes it.
alter table public.backend_state enable row level security;
grant all on public.backend_state to anon, authenticated, service_role;
