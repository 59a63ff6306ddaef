-- What the server keeps beyond the tables of V2: versions, actions, money, calls, alerts, players.

-- Background work that is not a generation. A deleted project leaves its actions behind: deleting
-- is one of them.
create table if not exists public.actions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  project_id uuid references public.projects (id) on delete set null,
  kind text not null,
  state text not null default 'pending'
    check (state in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  progress integer not null default 0,
  result jsonb,
  error text,
  -- {"kind", "detail"} of a failed one, for a call that comes again with the same id.
  failure jsonb,
  attempt integer not null default 0,
  last_event_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index if not exists idx_actions_user_id on public.actions (user_id);
create index if not exists idx_actions_project_id on public.actions (project_id);

-- The line of versions: inserting a row is the commit point. job_id names the job or action that
-- made it.
create table if not exists public.revisions (
  project_id uuid not null references public.projects (id) on delete cascade,
  ordinal bigint not null check (ordinal > 0),
  revision text not null check (revision ~ '^[0-9a-f]{40}$'),
  parent text check (parent ~ '^[0-9a-f]{40}$'),
  job_id uuid not null unique,
  kind text not null,
  subject text not null,
  restored_from text,
  created_at timestamptz not null default now(),
  primary key (project_id, ordinal),
  unique (project_id, revision),
  constraint revisions_restored_from_check check ((kind = 'restore') = (restored_from is not null))
);
alter table public.revisions drop constraint if exists revisions_kind_check;
alter table public.revisions add constraint revisions_kind_check
  check (kind in ('generate', 'restore', 'remix', 'tune'));
-- What the play of the version has found: verdict, findings, seed, version of the player.
alter table public.revisions add column if not exists play jsonb;
-- Names what it looks like among its project's screenshots (sha-256); null = nobody has seen it.
alter table public.revisions add column if not exists screenshot text
  check (screenshot ~ '^[0-9a-f]{64}$');
-- What its maker calls a version, whether he keeps it at hand, and when he last said so.
alter table public.revisions add column if not exists name text
  check (char_length(name) between 1 and 60);
alter table public.revisions add column if not exists is_bookmarked boolean not null default false;
alter table public.revisions add column if not exists marked_at timestamptz;
create index if not exists idx_revisions_marked on public.revisions (project_id, marked_at desc)
  where marked_at is not null;

-- One row: where work with files and models is done. Without it nothing was ever done on Modal.
create table if not exists public.backend_state (
  is_only_row boolean primary key default true check (is_only_row),
  -- What an operator (or the first worker with Modal) chose, and for how many of the users,
  -- percent.
  switch text not null check (switch in ('modal', 'local')),
  share_percent integer not null default 100 check (share_percent between 0 and 100),
  updated_at timestamptz not null default now(),
  updated_by text not null,
  -- The breaker of the workers: while it is open, one step after probe_at may try Modal.
  breaker text not null default 'closed' check (breaker in ('closed', 'open')),
  breaker_opened_at timestamptz,
  breaker_reason text,
  probe_at timestamptz,
  constraint backend_state_open_breaker
    check (breaker = 'closed' or (breaker_opened_at is not null and probe_at is not null))
);

-- What each user's Volume is known to hold of a project. No reference to projects: a folder whose
-- project is gone has to be found.
create table if not exists public.volume_heads (
  project_id uuid primary key,
  user_id uuid not null references public.users (id) on delete cascade,
  revision text not null check (revision ~ '^[0-9a-f]{40}$'),
  updated_at timestamptz not null default now()
);
create index if not exists idx_volume_heads_user_id on public.volume_heads (user_id);

-- One row per attempt of a job that may cost money (kind model), per paid step of an action (image,
-- video, text) and per call of a function (modal). job_id names the job or action, call_id the
-- attempt, step or call: <id>.<attempt or step>.
--   reserved: usd is the most that it may cost; settled: what it cost, borne by the user;
--   released: free for the user. What it really cost, or the whole reservation when a killed run
-- could not tell, still counts
--   against the budget of all. Money stays spent: rows outlive accounts, projects and jobs.
create table if not exists public.usage_events (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.users (id) on delete set null,
  job_id uuid,
  call_id text not null,
  kind text not null check (kind in ('model', 'image', 'video', 'text', 'modal')),
  backend text not null check (backend in ('local', 'modal')),
  function text,
  seconds double precision not null default 0 check (seconds >= 0),
  usd double precision not null default 0 check (usd >= 0),
  state text not null check (state in ('reserved', 'settled', 'released')),
  -- Kind of the error by which an attempt ended; null when it ended well, was cancelled or goes on.
  failure text,
  -- Who bears what is settled: the house pays repairs, and games that were handed over as broken.
  payer text not null default 'user' check (payer in ('user', 'house')),
  -- usd is what it has cost, as whoever did it says, and no longer what was set aside.
  is_cost_known boolean not null default false,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (kind, call_id)
);
create index if not exists idx_usage_events_created_at on public.usage_events (created_at);
create index if not exists idx_usage_events_user_created on public.usage_events (user_id,
  created_at);
create index if not exists idx_usage_events_job_id on public.usage_events (job_id);

-- What a user's files took up when they were last measured; volume_bytes is null where no Volume is
-- in use.
create table if not exists public.volume_sizes (
  user_id uuid primary key references public.users (id) on delete cascade,
  mirror_bytes bigint not null check (mirror_bytes >= 0),
  volume_bytes bigint check (volume_bytes >= 0),
  -- [{"path", "bytes"}], the largest first.
  largest jsonb not null default '[]',
  measured_at timestamptz not null default now()
);

-- Calls of functions that may still run: what the reaper goes through. user_id and job_id may be
-- gone, the call is not.
create table if not exists public.modal_calls (
  call_id text primary key,
  -- Null: a worker is beginning the call, and its id on Modal is not known yet.
  function_call_id text unique,
  user_id uuid,
  job_id uuid,
  attempt integer,
  function text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  was_reaped boolean not null default false
);
create index if not exists idx_modal_calls_open on public.modal_calls (started_at)
  where ended_at is null;

-- One row per thing that is wrong, from the first time it was seen until it was right again.
create table if not exists public.alerts (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  key text not null,
  message text not null,
  details jsonb not null default '{}',
  times integer not null default 1,
  raised_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  notified_at timestamptz,
  cleared_at timestamptz
);
create unique index if not exists alerts_one_standing on public.alerts (kind, key)
  where cleared_at is null;
create index if not exists idx_alerts_raised_at on public.alerts (raised_at);

-- What operators did, one row an act, written before it: who, what, whose, and why in his own
-- words. Rows outlive the accounts of both; nothing changes them.
create table if not exists public.audit_log (
  id uuid primary key default gen_random_uuid(),
  operator_id uuid not null,
  operator_email text not null,
  act text not null
    check (act in ('cancel', 'rerun', 'readRecording', 'takeDown', 'putBack')),
  -- A job or action, or a game.
  target_id uuid not null,
  owner_id uuid,
  reason text not null check (char_length(reason) between 1 and 500),
  created_at timestamptz not null default now()
);
create index if not exists idx_audit_log_created_at on public.audit_log (created_at desc, id);

-- Games that an operator took down. Until he puts one back it is as if nobody had published it,
-- whatever its maker does meanwhile: the row outlives the one in games.
create table if not exists public.takedowns (
  game_id uuid primary key,
  project_id uuid not null references public.projects (id) on delete cascade,
  reason text not null check (char_length(reason) between 1 and 500),
  created_at timestamptz not null default now()
);
create index if not exists idx_takedowns_project_id on public.takedowns (project_id);

-- One row: which worker process watches the others' work at the moment, and when a round of the
-- watch last came to its end. Times are the database's.
create table if not exists public.watch_state (
  is_only_row boolean primary key default true check (is_only_row),
  holder text not null,
  leased_until timestamptz not null,
  last_run_at timestamptz
);

-- How often a project has changed, for whoever follows it (K2). The row comes with its project.
create table if not exists public.project_changes (
  project_id uuid primary key references public.projects (id) on delete cascade,
  change_no bigint not null default 0
);
insert into public.project_changes (project_id) select id from public.projects
on conflict (project_id) do nothing;

create table if not exists public.game_likes (
  game_id uuid not null references public.games (id) on delete cascade,
  user_id uuid not null references public.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (game_id, user_id)
);
create index if not exists idx_game_likes_user_id on public.game_likes (user_id);

-- One row per game and player, whoever that is: a signed-in user, or a digest of where an anonymous
-- one comes from.
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
create index if not exists idx_notifications_user on public.notifications (user_id,
  created_at desc);

create table if not exists public.notification_reads (
  notification_id uuid not null references public.notifications (id) on delete cascade,
  user_id uuid not null references public.users (id) on delete cascade,
  read_at timestamptz not null default now(),
  primary key (notification_id, user_id)
);
create index if not exists idx_notification_reads_user on public.notification_reads (user_id);

-- Browsers that a user is told on. What is in a row is enough to send to the browser, so that an
-- endpoint is as good as a secret.
create table if not exists public.push_subscriptions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  endpoint text not null unique check (char_length(endpoint) <= 2000),
  p256dh text not null check (char_length(p256dh) <= 100),
  auth text not null check (char_length(auth) <= 40),
  language text not null check (language in ('ja', 'en')),
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now()
);
create index if not exists idx_push_subscriptions_user on public.push_subscriptions (user_id,
  last_used_at desc);

insert into public.notifications (id, type, title, message, icon)
values ('5b0c2f4e-6a1d-4f3b-8a57-2d9c1e7f4a10', 'system', 'DreamCoreへようこそ',
  'ことばで伝えるだけで、スマホで遊べるゲームが作れます。まずは「作る」から始めましょう。', 'welcome')
on conflict (id) do nothing;
