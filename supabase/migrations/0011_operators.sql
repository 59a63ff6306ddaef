-- What operators ask and must know: jobs and actions in one list, how well the promise was kept,
-- alerts, the watch. For the service role alone.

drop function if exists public.list_work(
  uuid, uuid, uuid, text[], text[], text, timestamptz, timestamptz, integer, integer);

-- Jobs and actions, the newest first. Of p_states to p_failure null = any; a job is of kind
-- 'generate' here, its step the one that it came to last; its message and what its model does are
-- those of its row. usd is what was paid or lost, not what is set aside.
create or replace function public.list_work(
  p_id uuid, p_user_id uuid, p_project_id uuid, p_states text[], p_kinds text[], p_backend text,
  p_step text, p_failure text, p_after timestamptz, p_before timestamptz, p_skip integer,
  p_limit integer
) returns jsonb
language sql stable set search_path = '' as $$
  with work as (
    select id, user_id, project_id, 'generate' as kind, status as state, progress,
      steps[cardinality(steps)] as step, progress_message, doing, error, null::text as failure,
      attempt, slot_at, last_event_at, created_at, updated_at
    from public.jobs
    union all
    select id, user_id, project_id, kind, state, progress, null, null, null, error,
      failure ->> 'kind', attempt, null, last_event_at, created_at, updated_at
    from public.actions
  ),
  spent as (
    select w.*, coalesce(e.backend, 'local') as backend, coalesce(e.usd, 0) as usd,
      e.last_failure
    from work w left join lateral (
      select
        (array_agg(u.backend order by u.created_at desc) filter (where u.kind <> 'modal'))[1]
          as backend,
        sum(u.usd) filter (where u.state <> 'reserved') as usd,
        (array_agg(u.failure order by u.created_at desc) filter (where u.failure is not null))[1]
          as last_failure
      from public.usage_events u where u.job_id = w.id
    ) e on true
    where (p_id is null or w.id = p_id)
      and (p_user_id is null or w.user_id = p_user_id)
      and (p_project_id is null or w.project_id = p_project_id)
      and (p_states is null or w.state = any (p_states))
      and (p_kinds is null or w.kind = any (p_kinds))
      and (p_step is null or w.step = p_step)
      and (p_after is null or w.created_at >= p_after)
      and (p_before is null or w.created_at <= p_before)
  ),
  page as (
    select s.id, s.user_id, u.email, s.project_id, p.name as project, s.kind, s.state, s.progress,
      s.step, s.progress_message, s.doing, s.error, coalesce(s.failure, s.last_failure) as failure,
      s.attempt, s.backend, s.usd,
      s.slot_at, s.last_event_at, s.created_at, s.updated_at,
      extract(epoch from
        case when s.state in ('pending', 'processing') then now() else s.updated_at end
        - s.created_at)::double precision as seconds
    from spent s
      left join public.users u on u.id = s.user_id
      left join public.projects p on p.id = s.project_id
    where (p_backend is null or s.backend = p_backend)
      and (p_failure is null or coalesce(s.failure, s.last_failure) = p_failure)
    order by s.created_at desc, s.id
    offset p_skip limit p_limit
  )
  select coalesce(jsonb_agg(to_jsonb(page) order by created_at desc, id), '[]') from page;
$$;

-- Every entry of a job's or an action's account, in the order of time.
create or replace function public.usage_of(p_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'call_id', call_id, 'kind', kind, 'backend', backend, 'function', function,
    'seconds', seconds, 'usd', usd, 'state', state, 'payer', payer, 'failure', failure,
    'created_at', created_at, 'ended_at', ended_at
  ) order by created_at, call_id), '[]')
  from public.usage_events where job_id = p_id;
$$;

-- Where a job was done once more, and what it does once more, the newest first.
create or replace function public.reruns_with(p_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(result order by created_at desc), '[]')
  from public.actions
  where kind = 'rerunJob' and state = 'completed'
    and p_id::text in (result ->> 'rerunOf', result ->> 'jobId');
$$;

-- How the jobs of the last p_days ended, per day of the players' calendar, the newest first, and
-- in all (day null). games: those that took a slot. stuck: open for longer than p_stuck_seconds
-- since they took it, or, without one, for longer than that and not waiting for one. silent:
-- failed without a sentence. Times in seconds, of completed jobs; wait: from the message to the
-- slot.
create or replace function public.job_outcomes(p_days integer, p_stuck_seconds integer)
returns jsonb
language sql stable set search_path = '' as $$
  with accepted as (
    select (created_at at time zone 'Asia/Tokyo')::date as day, status,
      slot_at is not null as is_game,
      status = 'failed' and coalesce(error, '') = '' as is_silent,
      status in ('pending', 'processing') as is_open,
      status in ('pending', 'processing')
        and coalesce(slot_at, created_at) < now() - make_interval(secs => p_stuck_seconds)
        and not (slot_at is null and queue_no is not null) as is_stuck,
      case when status = 'completed' then extract(epoch from updated_at - created_at) end as took,
      extract(epoch from slot_at - created_at) as waited
    from public.jobs
    where created_at >= public.usage_day_start() - make_interval(days => p_days - 1)
  )
  select coalesce(jsonb_agg(to_jsonb(o) order by o.day desc nulls first), '[]') from (
    select day, count(*)::integer as accepted,
      (count(*) filter (where is_open))::integer as open,
      (count(*) filter (where is_stuck))::integer as stuck,
      (count(*) filter (where is_silent))::integer as silent,
      (count(*) filter (where status = 'completed'))::integer as completed,
      (count(*) filter (where status = 'failed'))::integer as failed,
      (count(*) filter (where status = 'cancelled'))::integer as cancelled,
      (count(*) filter (where is_game))::integer as games,
      percentile_cont(0.5) within group (order by took) filter (where is_game) as game_p50,
      percentile_cont(0.95) within group (order by took) filter (where is_game) as game_p95,
      percentile_cont(0.95) within group (order by took) filter (where not is_game) as answer_p95,
      percentile_cont(0.95) within group (order by waited) as wait_p95
    from accepted group by grouping sets ((day), ())
  ) o where o.accepted > 0;
$$;

-- What was paid or lost on each of the last p_days of the players' calendar, the newest first.
create or replace function public.spent_by_day(p_days integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(s) order by s.day desc), '[]') from (
    select (created_at at time zone 'Asia/Tokyo')::date as day, sum(usd) as usd
    from public.usage_events
    where created_at >= public.usage_day_start() - make_interval(days => p_days - 1)
      and state <> 'reserved'
    group by 1
  ) s;
$$;

-- Published games, and those that were taken down, the newest first; with these words in title or
-- address of the maker, or of this id (the game's, its project's or its maker's).
create or replace function public.list_publications(p_search text, p_is_down boolean,
  p_skip integer, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with page as (
    select coalesce(g.id, t.game_id) as id, p.id as project_id, p.user_id, u.email,
      coalesce(left(g.title, 200), p.name) as title, g.visibility, coalesce(g.play_count, 0)
      as play_count, coalesce(g.like_count, 0) as like_count, g.published_at,
      t.created_at as taken_down_at, t.reason
    from (select * from public.games where revision is not null) g
      full join public.takedowns t on t.game_id = g.id
      join public.projects p on p.id = coalesce(g.project_id, t.project_id)
      join public.users u on u.id = p.user_id
    where (not p_is_down or t.game_id is not null)
      and (p_search is null
        or p_search in (g.id::text, t.game_id::text, p.id::text, p.user_id::text)
        or strpos(lower(g.title), lower(p_search)) > 0
        or strpos(lower(u.email), lower(p_search)) > 0)
    order by coalesce(t.created_at, g.published_at) desc nulls last, 1
    offset p_skip limit p_limit
  )
  select coalesce(jsonb_agg(to_jsonb(page)
    order by coalesce(taken_down_at, published_at) desc nulls last, id), '[]') from page;
$$;

-- Takes a published game down, or puts one back, writes that to the audit log and tells its maker,
-- in one. Null = there is no such game; false = it stood so already, and nothing is written.
create or replace function public.move_publication(p_game_id uuid, p_is_down boolean,
  p_operator_id uuid, p_operator_email text, p_reason text, p_title text, p_message text)
  returns boolean
language plpgsql set search_path = '' as $$
declare
  v_project public.projects;
begin
  select p.* into v_project from public.projects p
  where p.id = coalesce(
      (select project_id from public.games where id = p_game_id and revision is not null),
      (select project_id from public.takedowns where game_id = p_game_id))
    for no key update;
  if not found then return null; end if;
  if p_is_down then
    insert into public.takedowns (game_id, project_id, reason)
      values (p_game_id, v_project.id, p_reason) on conflict do nothing;
  else
    delete from public.takedowns where game_id = p_game_id;
  end if;
  if not found then return false; end if;
  insert into public.audit_log (operator_id, operator_email, act, target_id, owner_id, reason)
    values (p_operator_id, p_operator_email,
      case when p_is_down then 'takeDown' else 'putBack' end, p_game_id, v_project.user_id,
      p_reason);
  insert into public.notifications (user_id, project_id, type, title, message, icon)
    values (v_project.user_id, v_project.id, 'project', p_title, p_message,
      case when p_is_down then 'warning' else 'success' end);
  return true;
end $$;

-- Writes an alert down, or counts it once more while it stands: until it is cleared, or was not
-- seen for p_stands_ms.
create or replace function public.raise_alert(p_kind text, p_key text, p_message text,
  p_details jsonb, p_stands_ms bigint) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_alert public.alerts;
begin
  update public.alerts set cleared_at = now()
  where kind = p_kind and key = p_key and cleared_at is null
    and seen_at < now() - make_interval(secs => p_stands_ms / 1000.0);
  insert into public.alerts as a (kind, key, message, details)
    values (p_kind, p_key, p_message, p_details)
  on conflict (kind, key) where cleared_at is null
  do update set times = a.times + 1, seen_at = now(), message = excluded.message,
    details = excluded.details
  returning * into v_alert;
  return jsonb_build_object(
    'id', v_alert.id, 'times', v_alert.times, 'raised_at', v_alert.raised_at, 'is_notified',
      v_alert.notified_at is not null
  );
end $$;

-- The lease of the watch: true for the process that may look now. Whoever holds it keeps it, and it
-- is free again when its time is over.
create or replace function public.take_watch(p_holder text, p_lease_ms bigint) returns boolean
language plpgsql set search_path = '' as $$
begin
  insert into public.watch_state as w (holder, leased_until)
    values (p_holder, now() + make_interval(secs => p_lease_ms / 1000.0))
  on conflict (is_only_row) do update
    set holder = excluded.holder, leased_until = excluded.leased_until
    where w.holder = excluded.holder or w.leased_until < now();
  return found;
end $$;

-- A round of the watch came to its end.
create or replace function public.note_watch_run() returns void
language sql set search_path = '' as $$
  update public.watch_state set last_run_at = now();
$$;

-- When it did so last, and how long ago that is; null before the first time.
create or replace function public.last_watch_run() returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('at', last_run_at,
    'age_ms', round(extract(epoch from now() - last_run_at) * 1000)::bigint)
  from public.watch_state where last_run_at is not null;
$$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('list_work', 'usage_of', 'reruns_with', 'job_outcomes', 'raise_alert',
        'list_publications', 'move_publication', 'spent_by_day',
        'take_watch', 'note_watch_run', 'last_watch_run')
  loop
    execute format(
      'revoke all on function %s from public, anon, authenticated, service_role', v_function
    );
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
