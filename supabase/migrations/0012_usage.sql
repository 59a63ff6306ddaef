-- Who spent what, how much room files take, which calls are under way, what an operator must know.

-- One row per attempt of a job that may cost money (kind model) and per call of a function (kind modal).
--   reserved: usd is the most that it may cost; settled: what it cost, borne by the user;
--   released: free for the user. What it really cost, or the whole reservation when a killed run could not tell, still counts
--   against the budget of all. Money stays spent: rows outlive accounts, projects and jobs.
create table if not exists public.usage_events (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.users (id) on delete set null,
  job_id uuid,
  call_id text not null,
  kind text not null check (kind in ('model', 'modal')),
  backend text not null check (backend in ('local', 'modal')),
  function text,
  seconds double precision not null default 0 check (seconds >= 0),
  usd double precision not null default 0 check (usd >= 0),
  state text not null check (state in ('reserved', 'settled', 'released')),
  -- Kind of the error by which an attempt ended; null when it ended well, was cancelled or goes on.
  failure text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (kind, call_id)
);
create index if not exists idx_usage_events_created_at on public.usage_events (created_at);
create index if not exists idx_usage_events_user_created on public.usage_events (user_id, created_at);
create index if not exists idx_usage_events_job_id on public.usage_events (job_id);

-- What a user's files took up when they were last measured; volume_bytes is null where no Volume is in use.
create table if not exists public.volume_sizes (
  user_id uuid primary key references public.users (id) on delete cascade,
  mirror_bytes bigint not null check (mirror_bytes >= 0),
  volume_bytes bigint check (volume_bytes >= 0),
  -- [{"path", "bytes"}], the largest first.
  largest jsonb not null default '[]',
  measured_at timestamptz not null default now()
);

-- Calls of functions that may still run: what the reaper goes through. user_id and job_id may be gone, the call is not.
create table if not exists public.modal_calls (
  function_call_id text primary key,
  call_id text not null,
  user_id uuid,
  job_id uuid,
  attempt integer,
  function text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  was_reaped boolean not null default false
);
create index if not exists idx_modal_calls_open on public.modal_calls (started_at) where ended_at is null;

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
create unique index if not exists alerts_one_standing on public.alerts (kind, key) where cleared_at is null;
create index if not exists idx_alerts_raised_at on public.alerts (raised_at);

do $$
declare
  v_table text;
begin
  foreach v_table in array array['usage_events', 'volume_sizes', 'modal_calls', 'alerts'] loop
    execute format('alter table public.%I enable row level security', v_table);
    execute format('grant all on public.%I to anon, authenticated, service_role', v_table);
  end loop;
end $$;

-- Calls and alerts are the operator's: no policy lets anybody else see them.
drop policy if exists usage_events_read_own on public.usage_events;
create policy usage_events_read_own on public.usage_events for select to authenticated
  using (user_id = (select auth.uid()));
drop policy if exists volume_sizes_read_own on public.volume_sizes;
create policy volume_sizes_read_own on public.volume_sizes for select to authenticated
  using (user_id = (select auth.uid()));

-- Limits are per day of the players' calendar.
create or replace function public.usage_day_start() returns timestamptz
language sql stable set search_path = '' as $$
  select date_trunc('day', now() at time zone 'Asia/Tokyo') at time zone 'Asia/Tokyo';
$$;

-- What counts today: against the budget of all (p_user_id null), or against one user's limit.
create or replace function public.spent_today(p_user_id uuid) returns double precision
language sql stable set search_path = '' as $$
  select coalesce(sum(usd), 0) from public.usage_events
  where created_at >= public.usage_day_start() and (p_user_id is null or (user_id = p_user_id and state <> 'released'));
$$;

-- Ends the reservations that a job still has. One that never got a slot has cost nothing.
create or replace function public.release_reservations(p_job_id uuid, p_had_slot boolean, p_failure text) returns void
language sql set search_path = '' as $$
  update public.usage_events
  set state = 'released', ended_at = now(), failure = coalesce(failure, p_failure), usd = case when p_had_slot then usd else 0 end
  where job_id = p_job_id and kind = 'model' and state = 'reserved';
$$;

-- Counts one more runner start, as start_attempt, and reserves what it may cost. A job's first attempt is refused when that
-- would exceed a limit (0 = none); later ones never, because an accepted job is carried to its end. Null when the row has ended.
create or replace function public.reserve_attempt(
  p_id uuid, p_backend text, p_estimate_usd double precision, p_user_limit_usd double precision, p_budget_usd double precision
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_job public.jobs;
  v_started jsonb;
begin
  -- Reservations take turns, so that two cannot both take what is left for one.
  if p_user_limit_usd > 0 or p_budget_usd > 0 then perform pg_advisory_xact_lock(4711012); end if;
  select * into v_job from public.jobs where id = p_id and status in ('pending', 'processing') for no key update;
  if not found then return null; end if;
  if v_job.attempt = 0 then
    if p_user_limit_usd > 0 and public.spent_today(v_job.user_id) + p_estimate_usd > p_user_limit_usd then
      return jsonb_build_object('outcome', 'refused', 'limit', 'user', 'spent_usd', public.spent_today(v_job.user_id));
    end if;
    if p_budget_usd > 0 and public.spent_today(null) + p_estimate_usd > p_budget_usd then
      return jsonb_build_object('outcome', 'refused', 'limit', 'budget', 'spent_usd', public.spent_today(null));
    end if;
  end if;
  perform public.release_reservations(p_id, v_job.slot_at is not null, 'RunCrashed');
  v_started := public.start_attempt(p_id);
  insert into public.usage_events (user_id, job_id, call_id, kind, backend, usd, state)
  values (v_job.user_id, p_id, p_id || '.' || (v_started ->> 'attempt'), 'model', p_backend, p_estimate_usd, 'reserved');
  return v_started || jsonb_build_object('outcome', 'started');
end $$;

-- An attempt that ended without a version tells why and, when it can, what it cost. One that was settled stays so.
create or replace function public.release_attempt(p_call_id text, p_failure text, p_usd double precision) returns boolean
language plpgsql set search_path = '' as $$
begin
  update public.usage_events
  set state = 'released', ended_at = coalesce(ended_at, now()), failure = coalesce(p_failure, failure), usd = coalesce(p_usd, usd)
  where kind = 'model' and call_id = p_call_id and state <> 'settled';
  return found;
end $$;

-- Reservations live exactly as long as their job: whoever ends the row ends them, in the same transaction.
create or replace function public.settle_job_usage() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and new.status = 'completed' then
    update public.usage_events
    set state = 'settled', ended_at = now(), usd = coalesce((new.usage ->> 'costUsd')::double precision, usd),
      seconds = coalesce(extract(epoch from clock_timestamp() - new.slot_at), 0)
    where kind = 'model' and call_id = new.id || '.' || new.attempt and state <> 'settled';
  else
    update public.usage_events set state = 'released' where job_id = old.id and kind = 'modal';
  end if;
  -- Whatever is left tried in vain, or was stopped.
  perform public.release_reservations(old.id, old.slot_at is not null,
    case when tg_op = 'UPDATE' and new.status <> 'cancelled' then 'RunCrashed' end);
  return null;
end $$;
create or replace trigger jobs_settle_usage after update of status on public.jobs
  for each row when (old.status in ('pending', 'processing') and new.status not in ('pending', 'processing'))
  execute function public.settle_job_usage();
create or replace trigger jobs_release_usage after delete on public.jobs
  for each row when (old.status in ('pending', 'processing'))
  execute function public.settle_job_usage();

-- A call of a function, once: whoever took the call up again knows its time better. What a job needs is the user's while the job goes on or has gone well; everything else is free for him.
create or replace function public.record_call(
  p_call_id text, p_user_id uuid, p_job_id uuid, p_function text, p_seconds double precision, p_usd double precision
) returns void
language plpgsql set search_path = '' as $$
declare
  v_status text;
begin
  select status into v_status from public.jobs where id = p_job_id for share;
  insert into public.usage_events (user_id, job_id, call_id, kind, backend, function, seconds, usd, state, ended_at)
  values (
    (select id from public.users where id = p_user_id), p_job_id, p_call_id, 'modal', 'modal', p_function, p_seconds, p_usd,
    case when v_status in ('pending', 'processing', 'completed') then 'settled' else 'released' end, now()
  )
  on conflict (kind, call_id) do update set
    seconds = greatest(usage_events.seconds, excluded.seconds), usd = greatest(usage_events.usd, excluded.usd);
end $$;

-- Spending per day of the players' calendar, backend, user, kind and state, the newest day first.
create or replace function public.usage_summary(p_user_id uuid, p_days integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(s) order by s.day desc, s.usd desc), '[]') from (
    select (e.created_at at time zone 'Asia/Tokyo')::date as day, e.backend, e.user_id, u.email, e.kind, e.state,
      count(*)::integer as count, sum(e.seconds) as seconds, sum(e.usd) as usd
    from public.usage_events e left join public.users u on u.id = e.user_id
    where e.created_at >= public.usage_day_start() - make_interval(days => p_days - 1) and (p_user_id is null or e.user_id = p_user_id)
    group by 1, 2, 3, 4, 5, 6
  ) s;
$$;

-- What the decision to leave Modal needs: how the attempts there ended in the last p_minutes, the time that generations took in the
-- last p_recent_hours, and that of the p_days before, day by day. Times are from the slot to the end, in seconds.
create or replace function public.modal_health(p_minutes integer, p_recent_hours integer, p_days integer) returns jsonb
language sql stable set search_path = '' as $$
  with attempts as (
    select * from public.usage_events where kind = 'model' and backend = 'modal' and ended_at is not null
  ),
  recent as (
    select count(*)::integer as count, percentile_cont(0.95) within group (order by seconds) as p95
    from attempts where state = 'settled' and ended_at > now() - make_interval(hours => p_recent_hours)
  ),
  earlier as (
    select floor(extract(epoch from now() - ended_at) / 86400) as days_ago, count(*)::integer as count,
      percentile_cont(0.95) within group (order by seconds) as p95
    from attempts
    where state = 'settled' and ended_at <= now() - make_interval(hours => p_recent_hours) and ended_at > now() - make_interval(days => p_days)
    group by 1
  )
  select jsonb_build_object(
    'ended', (select coalesce(jsonb_agg(failure), '[]') from attempts where ended_at > now() - make_interval(mins => p_minutes)),
    'recent', (select jsonb_build_object('count', count, 'p95', p95) from recent),
    'earlier', (select coalesce(jsonb_agg(jsonb_build_object('count', count, 'p95', p95)), '[]') from earlier)
  );
$$;

-- Calls that nobody waits for any more: their job has ended or is gone, a newer attempt took over, or they are older than any work.
create or replace function public.orphaned_calls(p_max_age_ms bigint, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('function_call_id', c.function_call_id, 'call_id', c.call_id, 'function', c.function)), '[]') from (
    select c.* from public.modal_calls c
    left join public.jobs j on j.id = c.job_id
    where c.ended_at is null and (
      c.started_at < now() - make_interval(secs => p_max_age_ms / 1000.0)
      or (c.job_id is not null and (j.id is null or j.status not in ('pending', 'processing')))
      or (c.attempt is not null and c.attempt < j.attempt)
    )
    order by c.started_at limit p_limit
  ) c;
$$;

-- Writes an alert down, or counts it once more while it stands: until it is cleared, or was not seen for p_stands_ms.
create or replace function public.raise_alert(p_kind text, p_key text, p_message text, p_details jsonb, p_stands_ms bigint) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_alert public.alerts;
begin
  update public.alerts set cleared_at = now()
  where kind = p_kind and key = p_key and cleared_at is null and seen_at < now() - make_interval(secs => p_stands_ms / 1000.0);
  insert into public.alerts as a (kind, key, message, details) values (p_kind, p_key, p_message, p_details)
  on conflict (kind, key) where cleared_at is null
  do update set times = a.times + 1, seen_at = now(), message = excluded.message, details = excluded.details
  returning * into v_alert;
  return jsonb_build_object(
    'id', v_alert.id, 'times', v_alert.times, 'raised_at', v_alert.raised_at, 'is_notified', v_alert.notified_at is not null
  );
end $$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname in (
      'usage_day_start', 'spent_today', 'release_reservations', 'reserve_attempt', 'release_attempt', 'settle_job_usage', 'record_call',
      'usage_summary', 'modal_health', 'orphaned_calls', 'raise_alert'
    )
  loop
    execute format('revoke all on function %s from public, anon, authenticated', v_function);
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
