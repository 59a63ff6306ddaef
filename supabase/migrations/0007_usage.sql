-- Who spent what, and how Modal does.

-- Limits are per day of the players' calendar.
create or replace function public.usage_day_start() returns timestamptz
language sql stable set search_path = '' as $$
  select date_trunc('day', now() at time zone 'Asia/Tokyo') at time zone 'Asia/Tokyo';
$$;

-- What counts today: against the budget of all (p_user_id null), or against one user's limit.
create or replace function public.spent_today(p_user_id uuid) returns double precision
language sql stable set search_path = '' as $$
  select coalesce(sum(usd), 0) from public.usage_events
  where created_at >= public.usage_day_start()
    and (p_user_id is null
      or (user_id = p_user_id and state <> 'released' and payer = 'user'));
$$;

-- Ends the reservations that a job or action still has, of one kind or (p_kind null) of all. Runs
-- of a job that never got a slot have cost nothing.
create or replace function public.release_reservations(p_job_id uuid, p_had_slot boolean,
  p_failure text, p_kind text default null) returns void
language sql set search_path = '' as $$
  update public.usage_events
  set state = 'released', ended_at = now(), failure = coalesce(failure, p_failure),
    usd = case when p_had_slot then usd else 0 end
  where job_id = p_job_id and kind <> 'modal' and state = 'reserved'
    and kind = coalesce(p_kind, kind);
$$;

-- Null, or the refusal of work that could exceed a limit of the day (0 = none).
create or replace function public.refused_by_limit(
  p_user_id uuid, p_estimate_usd double precision, p_user_limit_usd double precision,
    p_budget_usd double precision
) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('outcome', 'refused', 'limit', l.name, 'spent_usd', l.spent_usd)
  from (
    select 1 as place, 'user' as name, p_user_limit_usd as limit_usd,
      public.spent_today(p_user_id) as spent_usd where p_user_limit_usd > 0
    union all
    select 2, 'budget', p_budget_usd, public.spent_today(null) where p_budget_usd > 0
  ) l
  -- What is left for one more is enough for it, whatever sums of fractions look like.
  where l.spent_usd + p_estimate_usd > l.limit_usd + 1e-9
  order by l.place limit 1;
$$;

-- What a job buys beside its attempts: texts (how its message is read, its brief, an answer in
-- words, judges) and the sprites of its game.
create or replace function public.spent_beside_runs(p_job public.jobs) returns double precision
language sql stable set search_path = '' as $$
  select coalesce(sum(e.usd), 0) from public.usage_events e
  where e.job_id = p_job.id and e.kind in ('text', 'image')
    and e.created_at >= p_job.created_at;
$$;

-- What a job has taken from its purse: that, and attempts as far as they could tell.
create or replace function public.spent_on_job(p_job public.jobs) returns double precision
language sql stable set search_path = '' as $$
  select public.spent_beside_runs(p_job) + coalesce(sum(e.usd), 0) from public.usage_events e
  where e.job_id = p_job.id and e.kind = 'model' and e.is_cost_known
    and e.created_at >= p_job.created_at;
$$;

-- Sets the price of what a job buys beside its attempts aside (J5): p_step names it, p_kind is its
-- kind. False when the row has ended, or a limit of the day or of what the job may spend by then
-- (0 = none) leaves too little; then rules, or code, take the model's place. A repeat changes
-- nothing, and takes up again what was released as not made.
create or replace function public.reserve_beside_runs(
  p_id uuid, p_kind text, p_step text, p_usd double precision, p_payer text,
    p_user_limit_usd double precision, p_budget_usd double precision,
    p_job_limit_usd double precision
) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_job public.jobs;
begin
  if p_user_limit_usd > 0 or p_budget_usd > 0 then perform pg_advisory_xact_lock(4711012); end if;
  select * into v_job from public.jobs where id = p_id
    and status in ('pending', 'processing') for no key update;
  if not found then return false; end if;
  if v_job.is_rerun then p_user_limit_usd := 0; end if;
  perform from public.usage_events where kind = p_kind and call_id = p_id || '.' || p_step
    and state <> 'released';
  if found then return true; end if;
  if p_job_limit_usd > 0 and public.spent_on_job(v_job) + p_usd > p_job_limit_usd + 1e-9 then
    return false;
  end if;
  if public.refused_by_limit(v_job.user_id, p_usd, p_user_limit_usd, p_budget_usd) is not null then
    return false;
  end if;
  insert into public.usage_events (user_id, job_id, call_id, kind, backend, usd, state, payer)
  values (v_job.user_id, p_id, p_id || '.' || p_step, p_kind, 'local', p_usd, 'reserved',
    p_payer)
  on conflict (kind, call_id) do update set state = 'reserved', usd = excluded.usd,
    created_at = now(), ended_at = null, failure = null;
  return true;
end $$;

-- Counts one more runner start, as start_attempt, and reserves what it may cost: p_estimate_usd,
-- or what p_purse_usd has left for all attempts of the job. A job's first attempt is refused when
-- that would exceed a limit of the day (0 = none); later ones never, because an accepted job is
-- carried to its end, unless its purse is empty. A repair (p_round > 0) is the house's and may be
-- left out: it needs p_least_usd, a slot taken less than p_latest_ms ago, and room in the budget
-- of all. Null when the row has ended.
create or replace function public.reserve_attempt(
  p_id uuid, p_backend text, p_estimate_usd double precision, p_user_limit_usd double precision,
    p_budget_usd double precision, p_purse_usd double precision, p_round integer,
    p_least_usd double precision, p_latest_ms bigint
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_job public.jobs;
  v_started jsonb;
  v_refusal jsonb;
  v_spent_usd double precision;
  v_usd double precision;
begin
  -- Reservations take turns, so that two cannot both take what is left for one.
  if p_user_limit_usd > 0 or p_budget_usd > 0 then perform pg_advisory_xact_lock(4711012); end if;
  select * into v_job from public.jobs where id = p_id
    and status in ('pending', 'processing') for no key update;
  if not found then return null; end if;
  if v_job.is_rerun then p_user_limit_usd := 0; end if;
  v_spent_usd := public.spent_on_job(v_job);
  v_usd := least(p_estimate_usd, p_purse_usd - v_spent_usd);
  if v_usd <= 0 or v_usd < p_least_usd then
    return jsonb_build_object('outcome', 'refused', 'limit', 'purse', 'spent_usd', v_spent_usd);
  end if;
  if clock_timestamp() - v_job.slot_at > make_interval(secs => p_latest_ms / 1000.0) then
    return jsonb_build_object('outcome', 'refused', 'limit', 'time', 'spent_usd', v_spent_usd);
  end if;
  -- The first one is the one before which nothing was reserved, whatever the row says.
  if p_round > 0 or not exists (select from public.usage_events e
    where e.job_id = p_id and e.kind = 'model' and e.created_at >= v_job.created_at) then
    -- What it bought beside keeps a job from nothing: who may have one may have it whole.
    v_refusal := public.refused_by_limit(v_job.user_id, v_usd - public.spent_beside_runs(v_job),
      case when p_round > 0 then 0 else p_user_limit_usd end, p_budget_usd);
    if v_refusal is not null then return v_refusal; end if;
  end if;
  perform public.release_reservations(p_id, v_job.slot_at is not null, 'RunCrashed', 'model');
  -- Numbers go on after those of a job of this id whose project was deleted and made again.
  update public.jobs set attempt = greatest(attempt, (
    select coalesce(max(split_part(e.call_id, '.', 2)::integer), 0) from public.usage_events e
    where e.job_id = p_id and e.kind = 'model'
  )) where id = p_id;
  v_started := public.start_attempt(p_id);
  perform public.note_try(p_id, p_backend, p_round);
  insert into public.usage_events (user_id, job_id, call_id, kind, backend, usd, state, payer)
  values (v_job.user_id, p_id, p_id || '.' || (v_started ->> 'attempt'), 'model', p_backend,
    v_usd, 'reserved', case when p_round > 0 then 'house' else 'user' end);
  return v_started || jsonb_build_object('outcome', 'started', 'budget_usd', v_usd);
end $$;

-- An attempt has ended well and its job goes on: it counts with what it has cost, or, where nobody
-- knows, with all that was set aside. Once; one that has ended otherwise stays so.
create or replace function public.settle_attempt(p_id uuid, p_attempt integer,
  p_usd double precision) returns boolean
language plpgsql set search_path = '' as $$
begin
  update public.usage_events e
  set state = 'settled', ended_at = now(), is_cost_known = coalesce(p_usd between 0 and 1e6, false),
    usd = case when p_usd between 0 and 1e6 then p_usd else e.usd end,
    seconds = greatest(coalesce(extract(epoch from clock_timestamp()
      - case when e.payer = 'house' then e.created_at else j.slot_at end), 0), 0)
  from public.jobs j
  where j.id = p_id and e.kind = 'model' and e.call_id = p_id || '.' || p_attempt
    and e.state = 'reserved';
  return found;
end $$;

-- The same for a step of an action: p_step names it, p_kind what is bought. A repeat changes
-- nothing.
create or replace function public.reserve_step(
  p_id uuid, p_step text, p_kind text, p_backend text, p_estimate_usd double precision,
    p_user_limit_usd double precision, p_budget_usd double precision
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_action public.actions;
  v_refusal jsonb;
begin
  if p_user_limit_usd > 0 or p_budget_usd > 0 then perform pg_advisory_xact_lock(4711012); end if;
  select * into v_action from public.actions where id = p_id
    and state in ('pending', 'processing') for no key update;
  if not found then return null; end if;
  perform from public.usage_events where kind = p_kind and call_id = p_id || '.' || p_step;
  if found then return jsonb_build_object('outcome', 'reserved'); end if;
  -- One video of a user at a time, in the order in which they were asked for.
  perform from public.actions as earlier where v_action.kind = 'renderVideo'
    and earlier.user_id = v_action.user_id and earlier.kind = 'renderVideo'
    and earlier.state in ('pending', 'processing')
    and (earlier.created_at, earlier.id) < (v_action.created_at, v_action.id);
  if found then return jsonb_build_object('outcome', 'waits'); end if;
  perform from public.usage_events where job_id = p_id and kind <> 'modal';
  if not found then
    v_refusal := public.refused_by_limit(v_action.user_id, p_estimate_usd, p_user_limit_usd,
      p_budget_usd);
    if v_refusal is not null then return v_refusal; end if;
  end if;
  perform public.release_reservations(p_id, true, 'RunCrashed');
  insert into public.usage_events (user_id, job_id, call_id, kind, backend, usd, state)
  values (v_action.user_id, p_id, p_id || '.' || p_step, p_kind, p_backend, p_estimate_usd,
    'reserved');
  return jsonb_build_object('outcome', 'reserved');
end $$;

-- An attempt that ended without a version or result tells why and, when it can, what it cost. One
-- that was settled stays so.
create or replace function public.release_attempt(p_call_id text, p_failure text,
  p_usd double precision) returns boolean
language plpgsql set search_path = '' as $$
begin
  update public.usage_events
  set state = 'released', ended_at = coalesce(ended_at, now()),
    failure = coalesce(p_failure, failure), usd = coalesce(p_usd, usd),
    is_cost_known = is_cost_known or p_usd is not null
  where kind <> 'modal' and call_id = p_call_id and state <> 'settled';
  return found;
end $$;

-- Was this game handed over with faults that its play has found? What cannot be read says nothing.
create or replace function public.told_broken(p_result text) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  return coalesce(p_result::jsonb #>> '{play,verdict}' = 'broken', false);
exception when data_exception then
  return false;
end $$;

-- Reservations live exactly as long as their job: whoever ends the row ends them, in the same
-- transaction. A cost that cannot be stored leaves the reservation as what was spent: nothing here
-- keeps a job from ending. The user bears what has made the version, unless that was told broken,
-- or is a rerun: no limit of a user holds that back.
create or replace function public.settle_job_usage() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_usd double precision;
begin
  if tg_op = 'UPDATE' and new.status = 'completed' then
    begin
      v_usd := (new.usage ->> 'costUsd')::double precision;
    exception when data_exception then
      v_usd := null;
    end;
    update public.usage_events
    set state = 'settled', ended_at = now(),
      usd = case when v_usd between 0 and 1e6 then v_usd else usd end,
      seconds = greatest(coalesce(extract(epoch from clock_timestamp() - new.slot_at), 0), 0)
    -- Repairs are settled one by one: what the job says of its cost is not theirs.
    where kind = 'model' and call_id = new.id || '.' || new.attempt and state <> 'settled'
      and payer = 'user';
    update public.usage_events set state = 'settled', ended_at = now()
    where job_id = new.id and kind in ('text', 'image') and state = 'reserved';
    if new.is_rerun or public.told_broken(new.result) then
      update public.usage_events set payer = 'house'
      where job_id = new.id and kind in ('model', 'modal', 'text', 'image')
        and created_at >= new.created_at;
    end if;
  else
    update public.usage_events set state = 'released' where job_id = old.id
      and (kind = 'modal'
        or (kind = 'model' and state = 'settled' and created_at >= old.created_at));
    update public.usage_events set state = 'released', ended_at = now()
    where job_id = old.id and kind in ('text', 'image') and state = 'reserved';
  end if;
  -- Whatever is left tried in vain, or was stopped.
  perform public.release_reservations(old.id, old.slot_at is not null,
    case when tg_op = 'UPDATE' and new.status <> 'cancelled' then 'RunCrashed' end);
  return null;
end $$;
create or replace trigger jobs_settle_usage after update of status on public.jobs
  for each row when (old.status in ('pending', 'processing')
    and new.status not in ('pending', 'processing'))
  execute function public.settle_job_usage();
create or replace trigger jobs_release_usage after delete on public.jobs
  for each row when (old.status in ('pending', 'processing'))
  execute function public.settle_job_usage();

-- The same for actions: what is bought has a price, so the step that was made costs what was set
-- aside for it. A video made on Modal is paid by the time of its call.
create or replace function public.settle_action_usage() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and new.state = 'completed' then
    update public.usage_events
    set state = 'settled', ended_at = now(),
      usd = case when kind = 'video' and backend = 'modal' then 0 else usd end,
      seconds = greatest(extract(epoch from clock_timestamp() - created_at), 0)
    where job_id = new.id and kind <> 'modal' and state = 'reserved';
  else
    update public.usage_events set state = 'released' where job_id = old.id and kind = 'modal';
    perform public.release_reservations(old.id, true,
      case when tg_op = 'UPDATE' and new.state <> 'cancelled' then 'RunCrashed' end);
  end if;
  return null;
end $$;
create or replace trigger actions_settle_usage after update of state on public.actions
  for each row when (old.state in ('pending', 'processing')
    and new.state not in ('pending', 'processing'))
  execute function public.settle_action_usage();
create or replace trigger actions_release_usage after delete on public.actions
  for each row when (old.state in ('pending', 'processing'))
  execute function public.settle_action_usage();

-- A call of a function, once: whoever took the call up again knows its time better. What a job or
-- action needs is the user's while it goes on or has gone well; everything else is free for him.
create or replace function public.record_call(
  p_call_id text, p_user_id uuid, p_job_id uuid, p_function text, p_seconds double precision,
    p_usd double precision
) returns void
language plpgsql set search_path = '' as $$
declare
  v_status text;
begin
  select status into v_status from public.jobs where id = p_job_id for share;
  if not found then
    select state into v_status from public.actions where id = p_job_id for share;
  end if;
  insert into public.usage_events (user_id, job_id, call_id, kind, backend, function, seconds, usd,
    payer, state, ended_at)
  values (
    (select id from public.users where id = p_user_id), p_job_id, p_call_id, 'modal', 'modal',
      p_function, p_seconds, p_usd,
    -- Where an attempt was made belongs to it.
    coalesce((select e.payer from public.usage_events e
      where e.kind = 'model' and e.call_id = p_call_id), 'user'),
    case when v_status in ('pending', 'processing', 'completed')
      then 'settled' else 'released' end, now()
  )
  on conflict (kind, call_id) do update set
    seconds = greatest(usage_events.seconds, excluded.seconds),
      usd = greatest(usage_events.usd, excluded.usd);
end $$;

-- Spending per day of the players' calendar, backend, user, kind and state, the newest day first.
create or replace function public.usage_summary(p_user_id uuid, p_days integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(s) order by s.day desc, s.usd desc), '[]') from (
    select (e.created_at at time zone 'Asia/Tokyo')::date as day, e.backend, e.user_id, u.email,
      e.kind, e.state,
      count(*)::integer as count, sum(e.seconds) as seconds, sum(e.usd) as usd
    from public.usage_events e left join public.users u on u.id = e.user_id
    where e.created_at >= public.usage_day_start() - make_interval(days => p_days - 1)
      and (p_user_id is null or e.user_id = p_user_id)
    group by 1, 2, 3, 4, 5, 6
  ) s;
$$;

-- What the decision to leave Modal needs: how the attempts there ended in the last p_minutes, the
-- time that generations took in the last p_recent_hours, and that of the p_days before, day by day.
-- Times are from the slot to the end, in seconds.
create or replace function public.modal_health(p_minutes integer, p_recent_hours integer,
  p_days integer) returns jsonb
language sql stable set search_path = '' as $$
  with attempts as (
    select * from public.usage_events where kind = 'model' and backend = 'modal'
      and ended_at is not null
  ),
  recent as (
    select count(*)::integer as count, percentile_cont(0.95) within group (order by seconds) as p95
    from attempts where state = 'settled' and payer = 'user'
      and ended_at > now() - make_interval(hours => p_recent_hours)
  ),
  earlier as (
    select floor(extract(epoch from now() - ended_at) / 86400) as days_ago,
      count(*)::integer as count,
      percentile_cont(0.95) within group (order by seconds) as p95
    from attempts
    where state = 'settled' and payer = 'user'
      and ended_at <= now() - make_interval(hours => p_recent_hours)
      and ended_at > now() - make_interval(days => p_days)
    group by 1
  )
  select jsonb_build_object(
    'ended', (select coalesce(jsonb_agg(failure), '[]') from attempts
      where ended_at > now() - make_interval(mins => p_minutes)),
    'recent', (select jsonb_build_object('count', count, 'p95', p95) from recent),
    'earlier',
      (select coalesce(jsonb_agg(jsonb_build_object('count', count, 'p95', p95)), '[]')
      from earlier)
  );
$$;

-- Calls that nobody waits for any more: their job has ended or is gone, a newer attempt took over,
-- or they are older than any work.
create or replace function public.orphaned_calls(p_max_age_ms bigint, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('function_call_id', c.function_call_id, 'call_id',
    c.call_id, 'function', c.function)), '[]') from (
    select c.* from public.modal_calls c
    left join public.jobs j on j.id = c.job_id
    where c.ended_at is null and c.function_call_id is not null and (
      c.started_at < now() - make_interval(secs => p_max_age_ms / 1000.0)
      or (c.job_id is not null and (j.id is null or j.status not in ('pending', 'processing')))
      or (c.attempt is not null and c.attempt < j.attempt)
    )
    order by c.started_at limit p_limit
  ) c;
$$;
