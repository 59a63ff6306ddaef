-- The life of a job row, one transaction per step, for the service role alone. Every step may be
-- repeated after a crash. Locks are taken project first, then job. Terminal states are final: each
-- change is a compare-and-set on an active row.

drop function if exists public.open_job(uuid, uuid, uuid, text, uuid, integer);
create or replace function public.open_job(
  p_id uuid, p_user_id uuid, p_project_id uuid, p_content text, p_chat_id uuid,
  p_max_queued integer, p_is_rerun boolean default false
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_job public.jobs;
  v_constraint text;
begin
  -- Openers of one project take turns.
  perform from public.projects where id = p_project_id and user_id = p_user_id for no key update;
  if not found then
    return jsonb_build_object('outcome', 'refused', 'code', 'ACCESS_DENIED');
  end if;

  select * into v_job from public.jobs where id = p_id;
  if found then
    if v_job.user_id <> p_user_id or v_job.project_id <> p_project_id then
      return jsonb_build_object('outcome', 'refused', 'code', 'ACCESS_DENIED');
    end if;
    return jsonb_build_object('outcome', 'existing', 'job', to_jsonb(v_job));
  end if;

  -- The caller is the project's only writer: whatever else is active here has lost its worker. It
  -- ends as what it is: completed after its commit point, else failed.
  perform public.complete_job_minimally(j.id) from public.jobs j
  where j.project_id = p_project_id and j.status in ('pending', 'processing')
    and exists (select from public.revisions r where r.job_id = j.id);
  update public.jobs set status = 'failed', error = '作業が途中で中断しました。もう一度お試しください。'
  where project_id = p_project_id and status in ('pending', 'processing');

  if (
    select count(*) from public.jobs
    where status in ('pending', 'processing') and queue_no is not null and slot_at is null
  ) >= p_max_queued then
    return jsonb_build_object('outcome', 'refused', 'code', 'SYSTEM_LIMIT_EXCEEDED');
  end if;

  begin
    insert into public.jobs (id, user_id, project_id, is_rerun)
      values (p_id, p_user_id, p_project_id, p_is_rerun)
      returning * into v_job;
  exception when unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint = 'jobs_one_active_per_user' then
      return jsonb_build_object('outcome', 'refused', 'code', 'USER_LIMIT_EXCEEDED');
    end if;
    raise;
  end;
  insert into public.chat_history (id, project_id, role, message)
    values (p_chat_id, p_project_id, 'user', left(p_content, 100000))
  on conflict (id) do nothing;
  update public.projects set updated_at = now() where id = p_project_id;
  return jsonb_build_object('outcome', 'opened', 'job', to_jsonb(v_job));
end $$;

drop function if exists public.start_processing(uuid, boolean);
-- The row as it is afterwards, whatever its state; null when it is gone. What is told of it is
-- noted as by note_progress, null = nothing.
create or replace function public.start_processing(p_id uuid, p_needs_slot boolean,
  p_progress integer default null, p_message text default null, p_step text default null)
returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_job public.jobs;
begin
  update public.jobs set
    status = 'processing',
    queue_no = case when p_needs_slot and queue_no is null
      then nextval('public.jobs_queue_no_seq') else queue_no end
  where id = p_id
    and (status = 'pending' or (status = 'processing' and p_needs_slot and queue_no is null))
  returning * into v_job;
  if not found then
    select * into v_job from public.jobs where id = p_id;
    if not found then return null; end if;
  end if;
  if p_message is null then return to_jsonb(v_job); end if;
  return coalesce(
    public.note_progress(p_id, null, p_progress, p_message, p_step), to_jsonb(v_job)
  );
end $$;

-- Counts one more runner start. Its first event has not come yet, whatever an earlier attempt said.
create or replace function public.start_attempt(p_id uuid) returns jsonb
language sql set search_path = '' as $$
  update public.jobs set attempt = attempt + 1, last_event_at = null, doing = null
  where id = p_id and status in ('pending', 'processing')
  returning jsonb_build_object(
    'attempt', attempt,
    'slot_age_ms', floor(extract(epoch from clock_timestamp() - slot_at) * 1000)::bigint
  );
$$;

-- True while this attempt is the row's: the slot was taken now or before, and its time counts from
-- the first one.
create or replace function public.take_slot(p_id uuid, p_attempt integer,
  p_backend text default null) returns boolean
language plpgsql set search_path = '' as $$
begin
  update public.jobs set slot_at = coalesce(slot_at, clock_timestamp())
  where id = p_id and attempt = p_attempt and status in ('pending', 'processing');
  if not found then return false; end if;
  -- An attempt counts where it is made, wherever it was meant for.
  update public.usage_events set backend = p_backend
  where kind = 'model' and call_id = p_id || '.' || p_attempt and backend <> p_backend;
  return true;
end $$;

-- 1 = next; null when the job does not wait for a slot.
create or replace function public.queue_position(p_id uuid) returns integer
language sql stable set search_path = '' as $$
  select (
    select count(*)::integer from public.jobs w
    where w.status in ('pending', 'processing') and w.queue_no is not null and w.slot_at is null
      and w.queue_no <= j.queue_no
  )
  from public.jobs j
  where j.id = p_id and j.status in ('pending', 'processing') and j.queue_no is not null
    and j.slot_at is null;
$$;

-- What the attempt that begins now is, in `trying`.
create or replace function public.note_try(p_id uuid, p_backend text, p_round integer) returns void
language sql set search_path = '' as $$
  update public.jobs j set trying = jsonb_build_object(
    'round', p_round,
    'tryNo', case when (j.trying ->> 'round')::integer = p_round
      then (j.trying ->> 'tryNo')::integer + 1 else 1 end,
    'repairsFrom', case when p_round > 0
      then coalesce((j.trying ->> 'repairsFrom')::integer, j.attempt) end,
    'leftModal', p_backend = 'local' and exists (select from public.usage_events e
      where e.job_id = j.id and e.kind = 'model' and e.backend = 'modal'
        and e.created_at >= j.created_at)
  ) where j.id = p_id;
$$;

drop function if exists public.note_progress(uuid, integer, integer, text, text);
-- The row, or null when it is not processing or belongs to another attempt (p_attempt null = any).
-- p_step: the step of which p_message tells. What is made in an attempt from the first repair on
-- mends; what comes late of an attempt that was played or is saved changes neither text nor step.
-- p_doing: what its model does now; null = nothing.
create or replace function public.note_progress(p_id uuid, p_attempt integer, p_progress integer,
  p_message text, p_step text, p_doing jsonb default null) returns jsonb
language sql set search_path = '' as $$
  with found as (
    select id,
      coalesce(trying ? 'isSaved' or p_attempt <= (trying ->> 'played')::integer, false) as is_made,
      case when p_step = 'make' and p_attempt >= (trying ->> 'repairsFrom')::integer
        then 'repair' else p_step end as step
    from public.jobs
    where id = p_id and status = 'processing' and (p_attempt is null or attempt = p_attempt)
    for no key update
  ),
  told as (select *, coalesce(p_step = 'make' and is_made, false) as is_late from found)
  update public.jobs j set
    progress = case when p_progress is null or t.is_late
      then j.progress else least(greatest(p_progress, 0), 100) end,
    progress_message = case when t.is_late
      then j.progress_message else coalesce(left(p_message, 1000), j.progress_message) end,
    steps = case when t.is_late or t.step is null or j.steps[cardinality(j.steps)] = t.step
      then j.steps else j.steps || t.step end,
    -- The next attempt begins without either.
    trying = case t.step when 'play' then j.trying || jsonb_build_object('played', p_attempt)
      when 'save' then j.trying || '{"isSaved": true}' else j.trying end,
    doing = case when not t.is_made then nullif(p_doing, 'null') end,
    last_event_at = now()
  from told t where j.id = t.id
  returning to_jsonb(j);
$$;

-- Ends an active row as completed and nothing else: no text, no question, no cost that could be
-- refused. For a job that is done and whose own words cannot be stored, or are gone.
create or replace function public.complete_job_minimally(p_id uuid) returns public.jobs
language sql set search_path = '' as $$
  update public.jobs set status = 'completed', progress = 100, error = null, usage = null,
    result = '{"message":"ゲームを更新しました"}'
  where id = p_id and status in ('pending', 'processing')
  returning *;
$$;

-- The completed row, also when an earlier call completed it; null when it ended otherwise or is
-- gone. Values that the database refuses (22xxx, 23xxx) do not keep the job open: it completes
-- without them.
create or replace function public.complete_job(
  p_id uuid, p_result text, p_history text, p_chat_id uuid, p_pending_question jsonb, p_usage jsonb
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_job public.jobs;
begin
  perform from public.projects
    where id = (select project_id from public.jobs where id = p_id) for no key update;
  begin
    update public.jobs set status = 'completed', progress = 100, result = p_result, error = null,
      usage = nullif(p_usage, 'null')
    where id = p_id and status in ('pending', 'processing')
    returning * into v_job;
    if found then
      if p_history is not null then
        insert into public.chat_history (id, project_id, role, message)
          values (p_chat_id, v_job.project_id, 'assistant', left(p_history, 100000))
        on conflict (id) do nothing;
      end if;
      update public.projects set pending_question = nullif(p_pending_question, 'null')
        where id = v_job.project_id;
      return to_jsonb(v_job);
    end if;
  exception when data_exception or integrity_constraint_violation then
    raise warning 'job % completes without what it said: %', p_id, sqlerrm;
    perform public.complete_job_minimally(p_id);
  end;
  select * into v_job from public.jobs where id = p_id and status = 'completed';
  return case when found then to_jsonb(v_job) end;
end $$;

-- The failed row, also when it had failed before; null when it ended otherwise or is gone. After
-- its commit point a job has not failed: it completes, and the answer is null.
create or replace function public.fail_job(p_id uuid, p_error text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_job public.jobs;
begin
  -- publish_revision holds the same lock.
  select * into v_job from public.jobs where id = p_id for update;
  if v_job.status in ('pending', 'processing') then
    if exists (select from public.revisions r where r.job_id = p_id) then
      perform public.complete_job_minimally(p_id);
      return null;
    end if;
    update public.jobs set status = 'failed', error = left(p_error, 10000)
    where id = p_id returning * into v_job;
  end if;
  return case when v_job.status = 'failed' then to_jsonb(v_job) end;
end $$;

-- Before the commit point the row becomes cancelled; afterwards, or when it has ended otherwise, it
-- is too late.
create or replace function public.cancel_job(p_id uuid) returns text
language plpgsql set search_path = '' as $$
declare
  v_status text;
begin
  -- publish_revision holds the same lock, so that exactly one of the two wins.
  select status into v_status from public.jobs where id = p_id for update;
  if v_status = 'cancelled' then return 'cancelled'; end if;
  if v_status is null or v_status not in ('pending', 'processing') then return 'too_late'; end if;
  if exists (select from public.revisions where job_id = p_id) then return 'too_late'; end if;
  update public.jobs set status = 'cancelled' where id = p_id;
  return 'cancelled';
end $$;
