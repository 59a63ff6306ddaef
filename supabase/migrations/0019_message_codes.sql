-- step: expand
-- A message is a code with params (N1). V2's text columns stay and hold it rendered. A message
-- comes as {code, params, texts: {ja, en}}, text of a person or a model without code and params;
-- jobs.language says which of the texts V2's columns get.

alter table public.jobs
  add column if not exists language text not null default 'ja',
  add column if not exists progress_code text,
  add column if not exists progress_params jsonb,
  add column if not exists error_code text,
  add column if not exists error_params jsonb;
alter table public.chat_history
  add column if not exists code text,
  add column if not exists params jsonb;
alter table public.notifications
  add column if not exists code text,
  add column if not exists params jsonb;

-- Steps of `migrate` in TypeScript that have run.
create table if not exists dreamcore.fills (name text primary key);

-- Codes are the server's alone: a client's own rows are text.
create or replace function public.guard_chat_history() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.code = null;
  new.params = null;
  new.created_at = now();
  return new;
end $$;

drop function if exists public.open_job(uuid, uuid, uuid, text, uuid, integer, boolean);
create or replace function public.open_job(
  p_id uuid, p_user_id uuid, p_project_id uuid, p_content text, p_chat_id uuid,
  p_max_queued integer, p_is_rerun boolean default false, p_language text default 'ja',
  p_crashed jsonb default null, p_updated jsonb default null
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

  -- The caller is the project's only writer: another active job here has lost its worker. It is
  -- completed after its commit point, else failed.
  perform public.complete_job_minimally(j.id, p_updated) from public.jobs j
  where j.project_id = p_project_id and j.status in ('pending', 'processing')
    and exists (select from public.revisions r where r.job_id = j.id);
  update public.jobs set status = 'failed', error = p_crashed -> 'texts' ->> language,
    error_code = p_crashed ->> 'code', error_params = p_crashed -> 'params'
  where project_id = p_project_id and status in ('pending', 'processing');

  if (
    select count(*) from public.jobs
    where status in ('pending', 'processing') and queue_no is not null and slot_at is null
  ) >= p_max_queued then
    return jsonb_build_object('outcome', 'refused', 'code', 'SYSTEM_LIMIT_EXCEEDED');
  end if;

  begin
    insert into public.jobs (id, user_id, project_id, is_rerun, language)
      values (p_id, p_user_id, p_project_id, p_is_rerun, p_language)
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

drop function if exists public.start_processing(uuid, boolean, integer, text, text);
-- The row as it is afterwards, in any state; null when it is gone. p_message is written as by
-- note_progress, null = none; p_language: the sender's, once it is known.
create or replace function public.start_processing(p_id uuid, p_needs_slot boolean,
  p_progress integer default null, p_message jsonb default null, p_step text default null,
  p_language text default null)
returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_job public.jobs;
begin
  update public.jobs set
    status = 'processing',
    language = coalesce(p_language, language),
    queue_no = case when p_needs_slot and queue_no is null
      then nextval('public.jobs_queue_no_seq') else queue_no end
  where id = p_id
    and (status = 'pending' or (status = 'processing' and p_needs_slot and queue_no is null))
  returning * into v_job;
  if not found then
    select * into v_job from public.jobs where id = p_id;
    if not found then return null; end if;
  end if;
  if nullif(p_message, 'null') is null then return to_jsonb(v_job); end if;
  return coalesce(
    public.note_progress(p_id, null, p_progress, p_message, p_step), to_jsonb(v_job)
  );
end $$;

drop function if exists public.note_progress(uuid, integer, integer, text, text, jsonb);
-- The row, or null when it is not processing or belongs to another attempt (p_attempt null = any).
-- p_step: the step of p_message. What an attempt makes from the first repair on is a repair; a late
-- message of an attempt that was played or is saved changes neither text nor step. p_doing: what
-- the model does now; null = nothing.
create or replace function public.note_progress(p_id uuid, p_attempt integer, p_progress integer,
  p_message jsonb, p_step text, p_doing jsonb default null) returns jsonb
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
  told as (
    select *, coalesce(p_step = 'make' and is_made, false) as is_late,
      nullif(p_message, 'null') as said
    from found
  )
  update public.jobs j set
    progress = case when p_progress is null or t.is_late
      then j.progress else least(greatest(p_progress, 0), 100) end,
    progress_message = case when t.is_late or t.said is null
      then j.progress_message else left(t.said -> 'texts' ->> j.language, 1000) end,
    progress_code = case when t.is_late or t.said is null
      then j.progress_code else t.said ->> 'code' end,
    progress_params = case when t.is_late or t.said is null
      then j.progress_params else t.said -> 'params' end,
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

drop function if exists public.complete_job_minimally(uuid);
-- Completes an active row with p_updated alone: no text, question or cost that could be refused.
-- For a finished job whose own message is lost or cannot be stored.
create or replace function public.complete_job_minimally(p_id uuid, p_updated jsonb)
  returns public.jobs
language sql set search_path = '' as $$
  update public.jobs set status = 'completed', progress = 100, error = null, usage = null,
    result = jsonb_build_object('message', p_updated -> 'texts' ->> language,
      'code', p_updated -> 'code', 'params', p_updated -> 'params')::text
  where id = p_id and status in ('pending', 'processing')
  returning *;
$$;

drop function if exists public.complete_job(uuid, text, text, uuid, jsonb, jsonb);
-- The completed row, also when an earlier call completed it; null when it ended otherwise or is
-- gone. Values that the database refuses (22xxx, 23xxx) do not keep the job open: it completes
-- with p_updated. p_history: {text, code, params} of the assistant's line, null = none.
create or replace function public.complete_job(
  p_id uuid, p_result text, p_history jsonb, p_chat_id uuid, p_pending_question jsonb,
  p_usage jsonb, p_updated jsonb
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
      if nullif(p_history, 'null') is not null then
        insert into public.chat_history (id, project_id, role, message, code, params)
          values (p_chat_id, v_job.project_id, 'assistant', left(p_history ->> 'text', 100000),
            p_history ->> 'code', p_history -> 'params')
        on conflict (id) do nothing;
      end if;
      update public.projects set pending_question = nullif(p_pending_question, 'null')
        where id = v_job.project_id;
      return to_jsonb(v_job);
    end if;
  exception when data_exception or integrity_constraint_violation then
    raise warning 'job % completes without what it said: %', p_id, sqlerrm;
    perform public.complete_job_minimally(p_id, p_updated);
  end;
  select * into v_job from public.jobs where id = p_id and status = 'completed';
  return case when found then to_jsonb(v_job) end;
end $$;

drop function if exists public.fail_job(uuid, text);
-- The failed row, also when it had failed before; null when it ended otherwise or is gone. After
-- its commit point a job has not failed: it completes, and the answer is null.
create or replace function public.fail_job(p_id uuid, p_error jsonb, p_updated jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_job public.jobs;
begin
  -- publish_revision holds the same lock.
  select * into v_job from public.jobs where id = p_id for update;
  if v_job.status in ('pending', 'processing') then
    if exists (select from public.revisions r where r.job_id = p_id) then
      perform public.complete_job_minimally(p_id, p_updated);
      return null;
    end if;
    update public.jobs set status = 'failed', error = left(p_error -> 'texts' ->> language, 10000),
      error_code = p_error ->> 'code', error_params = p_error -> 'params'
    where id = p_id returning * into v_job;
  end if;
  return case when v_job.status = 'failed' then to_jsonb(v_job) end;
end $$;

drop function if exists public.history_page(uuid, timestamptz, uuid, integer, integer);
-- The lines of a project before a place, newest first: at most p_lines, of p_chars characters
-- together, the newest one in any case.
create or replace function public.chat_page(
  p_project_id uuid, p_before timestamptz default null, p_before_id uuid default null,
  p_lines integer default 50, p_chars integer default 200000
) returns table (id uuid, role text, message text, code text, params jsonb,
  created_at timestamptz, has_earlier boolean)
language sql stable set search_path = '' as $$
  select id, role, message, code, params, created_at, has_earlier from (
    select line.*, row_number() over newest_first as place,
      sum(length(line.message) + coalesce(length(line.params::text), 0)) over newest_first as chars,
      lead(line.id) over newest_first is not null as has_earlier
    from (
      select id, role, left(message, 20000) as message, created_at,
        -- A line with longer params is shown as text.
        case when length(params::text) <= 20000 then code end as code,
        case when length(params::text) <= 20000 then params end as params
      from public.chat_history
      where project_id = p_project_id
        and (p_before is null or (created_at, id) < (p_before, p_before_id))
      order by created_at desc, id desc limit p_lines + 1
    ) line
    window newest_first as (order by line.created_at desc, line.id desc)
  ) lines
  where place <= p_lines and (place = 1 or chars <= p_chars)
  order by place;
$$;

drop function if exists public.create_remix(uuid, uuid, uuid, text, uuid, text, text, uuid, text);
-- A project from a version of another one: its row, its first version (none without p_revision),
-- the first line of its chat. One transaction; a repeat changes nothing. False = the action has
-- ended.
create or replace function public.create_remix(p_action_id uuid, p_project_id uuid, p_user_id uuid,
  p_name text, p_parent_id uuid, p_revision text, p_subject text, p_chat_id uuid, p_line jsonb)
  returns boolean
language plpgsql set search_path = '' as $$
declare
  v_state text;
begin
  select state into v_state from public.actions where id = p_action_id and user_id = p_user_id
    for update;
  if v_state = 'completed' then return true; end if;
  if v_state is null or v_state not in ('pending', 'processing') then return false; end if;
  insert into public.projects (id, user_id, name, remixed_from)
  values (p_project_id, p_user_id, left(p_name, 1000),
    (select id from public.projects where id = p_parent_id))
  on conflict (id) do nothing;
  insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject)
  select p_project_id, 1, p_revision, p_action_id, 'remix', p_subject where p_revision is not null
  on conflict do nothing;
  insert into public.chat_history (id, project_id, role, message, code, params)
  values (p_chat_id, p_project_id, 'system', left(p_line -> 'texts' ->> 'ja', 1000),
    p_line ->> 'code', p_line -> 'params')
  on conflict (id) do nothing;
  return true;
end $$;

drop function if exists public.move_publication(uuid, boolean, uuid, text, text, text, text);
-- Takes a published game down with every game of the same content of its owner, or puts them back;
-- writes that to the audit log and notifies the owner, in one transaction. Null = there is no such
-- game; false = it stood so already, and nothing is written.
create or replace function public.move_publication(p_game_id uuid, p_is_down boolean,
  p_operator_id uuid, p_operator_email text, p_reason text, p_notice jsonb)
  returns boolean
language plpgsql set search_path = '' as $$
declare
  v_owner uuid;
  v_project uuid;
  v_hash text;
  v_shown text[];
begin
  select user_id, project_id, hash into v_owner, v_project, v_hash from (
    select g.user_id, g.project_id, c.content_hash as hash, 2 as place from public.games g
      left join public.game_contents c on c.game_id = g.id and c.revision = g.revision
      where g.id = p_game_id and g.revision is not null
    union all
    select user_id, project_id, content_hash, 1 from public.takedowns where game_id = p_game_id
  ) known order by place limit 1;
  if not found then return null; end if;
  perform pg_advisory_xact_lock(hashtextextended('takedowns/' || v_owner::text, 0));
  if p_is_down = exists (select from public.takedowns where game_id = p_game_id) then
    return false;
  end if;
  if p_is_down then
    insert into public.takedowns (game_id, project_id, user_id, owner_digest, title, content_hash,
      reason)
    select down.id, down.project_id, v_owner, dreamcore.owner_digest(v_owner),
      coalesce((select left(title, 200) from public.games where id = down.id), ''), v_hash, p_reason
    from (
      select p_game_id as id, v_project as project_id
      union
      select c.game_id, c.project_id from public.game_contents c
        left join public.games g on g.id = c.game_id
        where c.user_id = v_owner and c.content_hash = v_hash
          -- Served now, or about to be.
          and (g.revision = c.revision or c.noted_at > now() - interval '1 hour')
    ) down on conflict do nothing;
    perform dreamcore.apply_takedown(game_id) from public.takedowns
      where game_id = p_game_id or (user_id = v_owner and content_hash = v_hash);
  else
    with back as (
      delete from public.takedowns
      where game_id = p_game_id or (user_id = v_owner and content_hash = v_hash)
      returning asset_hashes
    )
    select array_agg(hash) into v_shown from back, unnest(asset_hashes) hash;
    update public.assets set is_public = true where owner_id = v_owner and hash = any (v_shown);
  end if;
  insert into public.audit_log (operator_id, operator_email, act, target_id, owner_id, reason)
    values (p_operator_id, p_operator_email,
      case when p_is_down then 'takeDown' else 'putBack' end, p_game_id, v_owner, p_reason);
  insert into public.notifications (user_id, project_id, type, title, message, code, params,
    icon)
  select v_owner, (select id from public.projects where id = v_project), 'project',
    p_notice ->> 'title', p_notice ->> 'message', p_notice ->> 'code', p_notice -> 'params',
    case when p_is_down then 'warning' else 'success' end
  from public.users where id = v_owner;
  return true;
end $$;

-- Functions that change in one place.
do $$
declare
  v_name text;
  v_from text;
  v_to text;
  v_source text;
begin
  for v_name, v_from, v_to in values
    ('guard_jobs', 'new.error = null;', 'new.error = null;
  new.language = ''ja'';
  new.progress_code = null;
  new.progress_params = null;
  new.error_code = null;
  new.error_params = null;'),
    ('list_notifications', '''projectId'', project_id' || chr(10),
      '''projectId'', project_id, ''code'', code, ''params'', params' || chr(10)),
    ('list_work', 'progress_message', 'progress_code')
  loop
    select pg_get_functiondef(p.oid) into strict v_source from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname = v_name;
    if position(v_to in v_source) > 0 then continue; end if;
    if position(v_from in v_source) = 0 then
      raise exception 'function % is not as 0018 left it', v_name;
    end if;
    execute replace(v_source, v_from, v_to);
  end loop;
end $$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname in (
      'open_job', 'start_processing', 'note_progress', 'complete_job_minimally', 'complete_job',
      'fail_job', 'chat_page', 'create_remix', 'move_publication'
    )
  loop
    execute format('revoke all on function %s from public, anon, authenticated', v_function);
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
