-- step: expand
-- One call where a job's life took several: reads that belong together, and reservations with the
-- limits that come before them.

-- What a message of a project meets: its own job, else the job that noted it (A4), the newest one
-- when its line was written. isNew: the project has no version yet.
create or replace function public.message_state(p_project_id uuid, p_job_id uuid, p_line_id uuid)
returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'job', coalesce(
      (select to_jsonb(j) from public.jobs j where j.id = p_job_id),
      (select to_jsonb(j) from public.chat_history c
        join public.jobs j on j.project_id = c.project_id and j.created_at <= c.created_at
        where c.id = p_line_id and c.project_id = p_project_id
        order by j.created_at desc limit 1)
    ),
    'isNew', not exists (select from public.revisions where project_id = p_project_id)
  );
$$;

-- What a message is read, planned and answered with: the project, its head revision, and its last
-- p_lines chat lines, oldest first.
create or replace function public.project_state(p_project_id uuid, p_lines integer) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'project', (select to_jsonb(p) from public.projects p where p.id = p_project_id),
    'head', (select to_jsonb(r) from public.revisions r where r.project_id = p_project_id
      order by r.ordinal desc limit 1),
    'lines', (select coalesce(jsonb_agg(to_jsonb(c) order by c.created_at), '[]') from (
      select * from public.chat_history where project_id = p_project_id
      order by created_at desc limit p_lines
    ) c)
  );
$$;

-- How a job stands: its row, the revision that it published, what it counts with in all and what
-- of that its user pays, US dollars, what he has spent today, and whether a browser of his
-- subscribes to notifications. Null = there is no such job.
create or replace function public.job_state(p_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'job', to_jsonb(j),
    'revision', (select to_jsonb(r) from public.revisions r where r.job_id = j.id),
    'usd', coalesce(sum(e.usd) filter (where e.state <> 'reserved'), 0),
    'paidUsd', coalesce(sum(e.usd) filter (where e.state = 'settled' and e.payer = 'user'), 0),
    'spentTodayUsd', public.spent_today(j.user_id),
    'isSubscribed', exists (select from public.push_subscriptions s where s.user_id = j.user_id)
  )
  from public.jobs j left join public.usage_events e on e.job_id = j.id
  where j.id = p_id group by j.id;
$$;

-- reserve_beside_runs behind the limit of losses (M1; 0 = none): {outcome: reserved, refused, or
-- lost with usd}.
create or replace function public.buy_beside_runs(
  p_id uuid, p_kind text, p_step text, p_usd double precision, p_payer text,
    p_user_limit_usd double precision, p_budget_usd double precision,
    p_job_limit_usd double precision, p_loss_limit_usd double precision
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_lost_usd double precision;
begin
  if p_loss_limit_usd > 0 then v_lost_usd := public.losses_beyond(p_id, p_loss_limit_usd); end if;
  if v_lost_usd is not null then
    return jsonb_build_object('outcome', 'lost', 'usd', v_lost_usd);
  end if;
  return jsonb_build_object('outcome', case when public.reserve_beside_runs(p_id, p_kind, p_step,
    p_usd, p_payer, p_user_limit_usd, p_budget_usd, p_job_limit_usd)
    then 'reserved' else 'refused' end);
end $$;

-- reserve_attempt behind the limits of files (bytes) and losses (M1), 0 = none, with what earlier
-- attempts have cost (M2). Refused by `storage` or `losses`, nothing has changed.
create or replace function public.begin_attempt(
  p_id uuid, p_backend text, p_estimate_usd double precision, p_user_limit_usd double precision,
    p_budget_usd double precision, p_purse_usd double precision, p_round integer,
    p_least_usd double precision, p_latest_ms bigint, p_loss_limit_usd double precision,
    p_max_bytes double precision
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_lost_usd double precision;
begin
  if p_max_bytes > 0 and exists (select from public.jobs j
    join public.volume_sizes v on v.user_id = j.user_id
    where j.id = p_id and greatest(v.mirror_bytes, v.volume_bytes) > p_max_bytes) then
    return jsonb_build_object('outcome', 'refused', 'limit', 'storage', 'spent_usd', 0);
  end if;
  if p_loss_limit_usd > 0 then v_lost_usd := public.losses_beyond(p_id, p_loss_limit_usd); end if;
  if v_lost_usd is not null then
    return jsonb_build_object('outcome', 'refused', 'limit', 'losses', 'spent_usd', v_lost_usd);
  end if;
  -- Locks are taken as by reserve_attempt: the limits of the day, then the job.
  if p_user_limit_usd > 0 or p_budget_usd > 0 then perform pg_advisory_xact_lock(4711012); end if;
  perform from public.jobs where id = p_id for no key update;
  perform public.end_attempts(p_id);
  return public.reserve_attempt(p_id, p_backend, p_estimate_usd, p_user_limit_usd, p_budget_usd,
    p_purse_usd, p_round, p_least_usd, p_latest_ms);
end $$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('message_state', 'project_state', 'job_state', 'buy_beside_runs',
        'begin_attempt')
  loop
    execute format(
      'revoke all on function %s from public, anon, authenticated, service_role', v_function
    );
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
