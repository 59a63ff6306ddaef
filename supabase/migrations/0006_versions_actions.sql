-- Errors: JOB_NOT_ACTIVE (the job or action has ended), STALE_PARENT (somebody published in
-- between), VERSION_NOT_FOUND (restored_from is not a revision of this project).
-- A restored version looks like the one that it restores.
-- Earlier ones had fewer parameters: two of one name would leave a caller without a choice.
drop function if exists public.publish_revision(uuid, text, text, uuid, text, text, text);
drop function if exists public.publish_revision(uuid, text, text, uuid, text, text, text, jsonb);
create or replace function public.publish_revision(
  p_project_id uuid, p_revision text, p_parent text, p_job_id uuid, p_kind text, p_subject text,
    p_restored_from text, p_play jsonb default null, p_screenshot text default null
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_state text;
  v_revision public.revisions;
  v_head public.revisions;
begin
  -- Publishers of one project take turns; a cancel of this job waits on the second lock.
  perform from public.projects where id = p_project_id for no key update;
  if p_kind = 'generate' then
    select status into v_state from public.jobs where id = p_job_id and project_id = p_project_id
      for update;
  else
    select state into v_state from public.actions where id = p_job_id and project_id = p_project_id
      for update;
  end if;

  select * into v_revision from public.revisions where job_id = p_job_id
    and project_id = p_project_id;
  if found then return to_jsonb(v_revision); end if;
  if v_state is null or v_state not in ('pending', 'processing')
    then raise exception 'JOB_NOT_ACTIVE'; end if;

  if p_restored_from is not null then
    select screenshot into p_screenshot from public.revisions
      where project_id = p_project_id and revision = p_restored_from;
    if not found then raise exception 'VERSION_NOT_FOUND'; end if;
  end if;

  select * into v_head from public.revisions where project_id = p_project_id
    order by ordinal desc limit 1;
  if p_parent is distinct from v_head.revision then raise exception 'STALE_PARENT'; end if;

  insert into public.revisions (project_id, ordinal, revision, parent, job_id, kind, subject,
    restored_from, play, screenshot)
  values (p_project_id, coalesce(v_head.ordinal, 0) + 1, p_revision, p_parent, p_job_id, p_kind,
    p_subject, p_restored_from, p_play, p_screenshot)
  returning * into v_revision;
  update public.projects set updated_at = now() where id = p_project_id;
  return to_jsonb(v_revision);
end $$;

-- A page of what the player sees: versions that were made, newest first, older than ordinal
-- p_before (null = from the newest), of the bookmarked ones alone where that is asked. number
-- counts from 1 at the newest, serial from 1 at the oldest; is_current = its files are the
-- project's, directly or through a restore; is_ambiguous = its first 7 digits also begin another
-- revision of the project.
drop function if exists public.list_versions(uuid, bigint, integer);
create or replace function public.list_versions(p_project_id uuid, p_before bigint, p_limit integer,
  p_bookmarked_only boolean default false) returns jsonb
language sql stable set search_path = '' as $$
  with recursive shown as (
    (select revision, kind, restored_from from public.revisions where project_id = p_project_id
      order by ordinal desc limit 1)
    union all
    select r.revision, r.kind, r.restored_from
    from shown s
    join public.revisions r on r.project_id = p_project_id and r.revision = s.restored_from
    where s.kind = 'restore'
  ),
  made as (
    select ordinal, is_bookmarked, row_number() over (order by ordinal desc) as number,
      count(*) over () as versions
    from public.revisions where project_id = p_project_id and kind <> 'restore'
  ),
  page as (
    select ordinal, number, versions + 1 - number as serial from made
    where (p_before is null or ordinal < p_before) and (is_bookmarked or not p_bookmarked_only)
    order by ordinal desc limit p_limit
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'revision', n.revision, 'ordinal', n.ordinal, 'subject', n.subject, 'created_at', n.created_at,
      'number', page.number, 'serial', page.serial, 'play', n.play, 'screenshot', n.screenshot,
      'name', n.name, 'is_bookmarked', n.is_bookmarked,
    'is_current',
      exists (select from shown s where s.kind <> 'restore' and s.revision = n.revision),
    'is_ambiguous', exists (
      select from public.revisions o
      where o.project_id = p_project_id and o.revision <> n.revision
        -- Hex digits end before g.
        and o.revision >= left(n.revision, 7) and o.revision < left(n.revision, 7) || 'g'
    )
  ) order by n.ordinal desc), '[]')
  from page join public.revisions n on n.project_id = p_project_id and n.ordinal = page.ordinal;
$$;

-- What a maker calls a version ('' = nothing) and whether he bookmarks it; null = as it stands. The
-- version as it is then; null when there is no such version.
create or replace function public.mark_version(p_project_id uuid, p_revision text, p_name text,
  p_is_bookmarked boolean) returns jsonb
language sql set search_path = '' as $$
  update public.revisions set
    name = case when p_name is null then name else nullif(p_name, '') end,
    is_bookmarked = coalesce(p_is_bookmarked, is_bookmarked),
    marked_at = clock_timestamp()
  where project_id = p_project_id and revision = p_revision and kind <> 'restore'
  returning jsonb_build_object('name', name, 'is_bookmarked', is_bookmarked);
$$;

-- The life of an action row, like that of a job row.

create or replace function public.open_action(p_id uuid, p_user_id uuid, p_project_id uuid,
  p_kind text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_action public.actions;
begin
  -- First of all what an earlier call has opened: its project may be gone by now, because deleting
  -- is an action.
  select * into v_action from public.actions where id = p_id;
  if not found then
    if p_project_id is not null then
      perform from public.projects where id = p_project_id and user_id = p_user_id for key share;
      if not found then
        return jsonb_build_object('outcome', 'refused', 'code', 'ACCESS_DENIED');
      end if;
    end if;
    insert into public.actions (id, user_id, project_id, kind, state)
    values (p_id, p_user_id, p_project_id, p_kind, 'processing')
    on conflict (id) do nothing
    returning * into v_action;
    if found then
      return jsonb_build_object('outcome', 'opened', 'action', to_jsonb(v_action));
    end if;
    select * into v_action from public.actions where id = p_id;
  end if;
  if v_action.user_id <> p_user_id or v_action.kind <> p_kind
     or (v_action.project_id is not null and v_action.project_id is distinct from p_project_id) then
    return jsonb_build_object('outcome', 'refused', 'code', 'ACCESS_DENIED');
  end if;
  return jsonb_build_object('outcome', 'existing', 'action', to_jsonb(v_action));
end $$;

-- Percent; only while the action runs, never backwards. False = it has ended or is gone: whoever
-- works on it may stop.
create or replace function public.note_action_progress(p_id uuid, p_progress integer)
  returns boolean
language sql set search_path = '' as $$
  with noted as (
    update public.actions set progress = greatest(progress, least(p_progress, 99)),
      last_event_at = now()
    where id = p_id and state in ('pending', 'processing')
    returning 1
  )
  select exists (select from noted);
$$;

-- The completed row, also when an earlier call completed it; null when it ended otherwise or is
-- gone.
create or replace function public.complete_action(p_id uuid, p_result jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_action public.actions;
begin
  update public.actions set state = 'completed', progress = 100, result = nullif(p_result, 'null')
  where id = p_id and state in ('pending', 'processing')
  returning * into v_action;
  if not found then
    select * into v_action from public.actions where id = p_id and state = 'completed';
    if not found then return null; end if;
  end if;
  return to_jsonb(v_action);
end $$;

-- The failed row, also when it had failed before; null when it ended otherwise or is gone.
create or replace function public.fail_action(p_id uuid, p_error text, p_failure jsonb)
  returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_action public.actions;
begin
  update public.actions set state = 'failed', error = left(p_error, 10000),
    failure = nullif(p_failure, 'null')
  where id = p_id and state in ('pending', 'processing')
  returning * into v_action;
  if not found then
    select * into v_action from public.actions where id = p_id and state = 'failed';
    if not found then return null; end if;
  end if;
  return to_jsonb(v_action);
end $$;

-- The cancelled row, also when it had been cancelled before; null when it ended otherwise or is
-- gone.
create or replace function public.cancel_action(p_id uuid) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_action public.actions;
begin
  update public.actions set state = 'cancelled'
  where id = p_id and state in ('pending', 'processing')
  returning * into v_action;
  if not found then
    select * into v_action from public.actions where id = p_id and state = 'cancelled';
    if not found then return null; end if;
  end if;
  return to_jsonb(v_action);
end $$;

-- Jobs and actions that are open and older than p_older_ms, the oldest first: what the watch looks
-- at (B3).
create or replace function public.open_work(p_older_ms bigint, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'jobs', (select coalesce(jsonb_agg(to_jsonb(j) order by j.created_at), '[]') from (
      select * from public.jobs where status in ('pending', 'processing')
        and least(created_at, updated_at) < now() - make_interval(secs => p_older_ms / 1000.0)
      order by created_at limit p_limit) j),
    'actions', (select coalesce(jsonb_agg(to_jsonb(a) order by a.created_at), '[]') from (
      select * from public.actions where state in ('pending', 'processing')
        and created_at < now() - make_interval(secs => p_older_ms / 1000.0)
      order by created_at limit p_limit) a)
  );
$$;

-- Projects with versions, by id, after p_after. Due: of a user who has a Volume, not known to hold
-- the newest version, or not looked at for a week.
create or replace function public.replication_targets(
  p_user_id uuid, p_project_id uuid, p_is_due_only boolean, p_after uuid, p_limit integer
) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('user_id', t.user_id, 'project_id', t.id)
    order by t.id), '[]')
  from (
    select p.user_id, p.id
    from public.projects p
    join lateral (select r.revision from public.revisions r where r.project_id = p.id
      order by r.ordinal desc limit 1) head on true
    left join public.volume_heads v on v.project_id = p.id
    where (p_user_id is null or p.user_id = p_user_id)
      and (p_project_id is null or p.id = p_project_id)
      and (p_after is null or p.id > p_after)
      and (not p_is_due_only or (
        exists (select from public.volume_heads o where o.user_id = p.user_id)
        and (v.revision is distinct from head.revision or v.updated_at < now() - interval '7 days')
      ))
    order by p.id limit p_limit
  ) t;
$$;

-- Users with notes of projects that are gone since before p_before: folders may be left on their
-- Volumes.
create or replace function public.users_with_volume_leftovers(p_before timestamptz, p_limit integer)
  returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(t.user_id), '[]')
  from (
    select distinct v.user_id from public.volume_heads v
    where v.updated_at < p_before
      and not exists (select from public.projects p where p.id = v.project_id)
    order by v.user_id limit p_limit
  ) t;
$$;
