-- step: expand
-- A message that cannot begin yet waits in a queue, and is admitted when its turn has come (Q3).

create table if not exists public.queued_messages (
  -- Of the job that it becomes.
  id uuid primary key,
  queue_no bigint generated always as identity,
  message_id uuid not null,
  project_id uuid not null references public.projects (id) on delete cascade,
  user_id uuid not null references public.users (id) on delete cascade,
  content text not null check (length(content) <= 20000),
  -- What its client chose beside the words.
  options jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create index if not exists idx_queued_messages_project
  on public.queued_messages (project_id, queue_no);
create index if not exists idx_queued_messages_user on public.queued_messages (user_id);
alter table public.queued_messages enable row level security;
grant all on public.queued_messages to anon, authenticated, service_role;
drop policy if exists queued_messages_read_own on public.queued_messages;
create policy queued_messages_read_own on public.queued_messages for select to authenticated
  using (user_id = (select auth.uid()));
drop policy if exists queued_messages_session on public.queued_messages;
create policy queued_messages_session on public.queued_messages as restrictive for all
  to authenticated using ((select dreamcore.session_goes_on()));
create or replace trigger queued_messages_count after insert or delete on public.queued_messages
  for each row execute function public.count_project_change('project_id');

-- {outcome: queued, jobId, place} of a queued message (1 = it is next); null = it is not queued.
create or replace function public.queued_message(p_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('outcome', 'queued', 'jobId', q.id, 'place', (
    select count(*) from public.queued_messages b
    where b.project_id = q.project_id and b.queue_no <= q.queue_no))
  from public.queued_messages q where q.id = p_id;
$$;

-- Queues a message once. p_chat_id: its chat line, null = the line comes when the job begins;
-- p_joins_equal: equal words at the end of the queue are the same message; p_max_queued bounds the
-- queue of its user. Null = its job has begun.
create or replace function public.queue_message(
  p_id uuid, p_message_id uuid, p_user_id uuid, p_project_id uuid, p_content text, p_chat_id uuid,
  p_options jsonb, p_max_queued integer, p_joins_equal boolean default false
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_last public.queued_messages;
begin
  perform from public.projects where id = p_project_id and user_id = p_user_id for no key update;
  if not found then
    return jsonb_build_object('outcome', 'refused', 'code', 'ACCESS_DENIED');
  end if;
  if exists (select from public.jobs where id = p_id) then return null; end if;
  if exists (select from public.queued_messages where id = p_id) then
    return public.queued_message(p_id);
  end if;
  select * into v_last from public.queued_messages where project_id = p_project_id
    order by queue_no desc limit 1;
  if p_joins_equal and v_last.content = left(p_content, 20000) then
    return public.queued_message(v_last.id);
  end if;
  if (select count(*) from public.queued_messages where user_id = p_user_id) >= p_max_queued then
    return jsonb_build_object('outcome', 'refused', 'code', 'SYSTEM_LIMIT_EXCEEDED');
  end if;
  insert into public.queued_messages (id, message_id, project_id, user_id, content, options)
    values (p_id, p_message_id, p_project_id, p_user_id, left(p_content, 20000),
      coalesce(p_options, '{}'));
  if p_chat_id is not null then
    insert into public.chat_history (id, project_id, role, message)
      values (p_chat_id, p_project_id, 'user', left(p_content, 100000))
    on conflict (id) do nothing;
  end if;
  update public.projects set updated_at = now() where id = p_project_id;
  return public.queued_message(p_id);
end $$;

-- p_queue: {messageId, options, isAsked} of a message that may wait, null = it may not. It waits
-- behind an older one of its project, and isAsked also behind the other projects of its user. One
-- that has waited is not refused any more.
drop function if exists public.open_job(uuid, uuid, uuid, text, uuid, integer, boolean, text, jsonb,
  jsonb);
create or replace function public.open_job(
  p_id uuid, p_user_id uuid, p_project_id uuid, p_content text, p_chat_id uuid,
  p_max_queued integer, p_is_rerun boolean default false, p_language text default 'ja',
  p_crashed jsonb default null, p_updated jsonb default null, p_queue jsonb default null
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_job public.jobs;
  v_queue_no bigint;
  v_is_asked boolean := coalesce((p_queue ->> 'isAsked')::boolean, false);
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

  select queue_no into v_queue_no from public.queued_messages where id = p_id;
  if (v_queue_no is not null or p_queue is not null) and exists (
    select from public.queued_messages
    where project_id = p_project_id and (v_queue_no is null or queue_no < v_queue_no)
  ) then
    return public.queue_message(p_id, (p_queue ->> 'messageId')::uuid, p_user_id, p_project_id,
      p_content, case when not v_is_asked then p_chat_id end, p_queue -> 'options', p_max_queued);
  end if;

  -- The caller is the project's only writer: another active job here has lost its worker. It is
  -- completed after its commit point, else failed.
  perform public.complete_job_minimally(j.id, p_updated) from public.jobs j
  where j.project_id = p_project_id and j.status in ('pending', 'processing')
    and exists (select from public.revisions r where r.job_id = j.id);
  update public.jobs set status = 'failed', error = p_crashed -> 'texts' ->> language,
    error_code = p_crashed ->> 'code', error_params = p_crashed -> 'params'
  where project_id = p_project_id and status in ('pending', 'processing');

  if v_queue_no is null and (
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
    if v_constraint <> 'jobs_one_active_per_user' then raise; end if;
    if v_queue_no is null and not v_is_asked then
      return jsonb_build_object('outcome', 'refused', 'code', 'USER_LIMIT_EXCEEDED');
    end if;
    return public.queue_message(p_id, (p_queue ->> 'messageId')::uuid, p_user_id, p_project_id,
      p_content, null, p_queue -> 'options', p_max_queued);
  end;
  delete from public.queued_messages where id = p_id;
  insert into public.chat_history (id, project_id, role, message)
    values (p_chat_id, p_project_id, 'user', left(p_content, 100000))
  on conflict (id) do nothing;
  update public.projects set updated_at = now() where id = p_project_id;
  return jsonb_build_object('outcome', 'opened', 'job', to_jsonb(v_job));
end $$;

-- The oldest queued message of each project of users without an active job (p_user_id null = all
-- users). The project that has waited longest for a job comes first.
create or replace function public.queue_heads(p_user_id uuid, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(h) order by h.last_job_at nulls first, h.queue_no), '[]')
  from (
    select q.*, (
      select max(j.created_at) from public.jobs j where j.project_id = q.project_id
    ) as last_job_at
    from public.queued_messages q
    where (p_user_id is null or q.user_id = p_user_id)
      and not exists (select from public.queued_messages o
        where o.project_id = q.project_id and o.queue_no < q.queue_no)
      and not exists (select from public.jobs j
        where j.user_id = q.user_id and j.status in ('pending', 'processing'))
    order by last_job_at nulls first, q.queue_no limit p_limit
  ) h;
$$;

-- Takes a message out of its queue: its job is cancelled before it has begun. False = it is not
-- queued.
create or replace function public.unqueue_message(p_id uuid, p_user_id uuid, p_chat_id uuid)
  returns boolean
language plpgsql set search_path = '' as $$
declare
  v_row public.queued_messages;
begin
  -- As open_job locks it, so that a message either begins or goes.
  perform from public.projects where id = (select project_id from public.queued_messages
    where id = p_id and user_id = p_user_id) for no key update;
  delete from public.queued_messages where id = p_id and user_id = p_user_id returning * into v_row;
  if not found then return false; end if;
  insert into public.jobs (id, user_id, project_id, status, created_at)
    values (v_row.id, v_row.user_id, v_row.project_id, 'cancelled', v_row.created_at)
  on conflict (id) do nothing;
  delete from public.chat_history where id = p_chat_id and project_id = v_row.project_id;
  return true;
end $$;

-- As in 0020, with its place where it is queued.
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
    'isNew', not exists (select from public.revisions where project_id = p_project_id),
    'queued', public.queued_message(p_job_id)
  );
$$;

-- As in 0020; isQueued: another message of its user waits for its end.
create or replace function public.job_state(p_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'job', to_jsonb(j),
    'revision', (select to_jsonb(r) from public.revisions r where r.job_id = j.id),
    'usd', coalesce(sum(e.usd) filter (where e.state <> 'reserved'), 0),
    'paidUsd', coalesce(sum(e.usd) filter (where e.state = 'settled' and e.payer = 'user'), 0),
    'spentTodayUsd', public.spent_today(j.user_id),
    'isSubscribed', exists (select from public.push_subscriptions s where s.user_id = j.user_id),
    'isAwaited', exists (select from public.queued_messages q where q.user_id = j.user_id)
  )
  from public.jobs j left join public.usage_events e on e.job_id = j.id
  where j.id = p_id group by j.id;
$$;

-- As in 0008, with the queue, the next one first.
create or replace function public.changed_projects(p_ids uuid[], p_since bigint[]) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(case when p.id is null then jsonb_build_object('id', a.id)
    else jsonb_build_object(
      'id', p.id, 'changeNo', c.change_no, 'name', left(p.name, 1000),
      'createdAt', p.created_at, 'updatedAt', p.updated_at,
      'jobs', (
        select coalesce(jsonb_agg(j.id), '[]') from (
          select id from public.jobs where project_id = p.id order by created_at desc limit 5
        ) j
      ),
      'lines', (
        select coalesce(jsonb_agg(l.id), '[]') from (
          select id from public.chat_history where project_id = p.id
          order by created_at desc limit 20
        ) l
      ),
      'queue', (
        select coalesce(jsonb_agg(jsonb_build_object('jobId', q.id,
          'content', left(q.content, 500)) order by q.queue_no), '[]')
        from public.queued_messages q where q.project_id = p.id
      ),
      'restore', (
        select jsonb_build_object('id', r.job_id, 'revision', r.restored_from)
        from (
          select kind, job_id, restored_from from public.revisions
          where project_id = p.id order by ordinal desc limit 1
        ) r where r.kind = 'restore'
      ),
      'tuned', (
        select jsonb_build_object('id', r.job_id, 'revision', r.revision)
        from (
          select kind, job_id, revision from public.revisions
          where project_id = p.id order by ordinal desc limit 1
        ) r where r.kind = 'tune'
      ),
      'marks', (
        select coalesce(jsonb_agg(jsonb_build_object('revision', m.revision, 'name', m.name,
          'isBookmarked', m.is_bookmarked)), '[]') from (
          select revision, name, is_bookmarked from public.revisions
          where project_id = p.id and marked_at is not null order by marked_at desc limit 20
        ) m
      ),
      'publication', (
        select jsonb_build_object('revision', g.revision, 'visibility', g.visibility)
        from public.games g where g.project_id = p.id and g.revision is not null
          and not exists (select from public.takedowns t where t.game_id = g.id)
      )
    ) end), '[]')
  from unnest(p_ids, p_since) as a (id, since)
  left join public.projects p on p.id = a.id
  left join public.project_changes c on c.project_id = p.id
  where p.id is null or c.change_no > a.since;
$$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('queued_message', 'queue_message', 'open_job', 'queue_heads',
        'unqueue_message')
  loop
    execute format(
      'revoke all on function %s from public, anon, authenticated, service_role', v_function
    );
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
