-- The line of versions: its commit point and how it is shown, for the service role alone.

-- Errors: JOB_NOT_ACTIVE (the job or action has ended), STALE_PARENT (somebody published in between),
-- VERSION_NOT_FOUND (restored_from is not a revision of this project).
create or replace function public.publish_revision(
  p_project_id uuid, p_revision text, p_parent text, p_job_id uuid, p_kind text, p_subject text, p_restored_from text
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
    select status into v_state from public.jobs where id = p_job_id and project_id = p_project_id for update;
  else
    select state into v_state from public.actions where id = p_job_id and project_id = p_project_id for update;
  end if;

  select * into v_revision from public.revisions where job_id = p_job_id and project_id = p_project_id;
  if found then return to_jsonb(v_revision); end if;
  if v_state is null or v_state not in ('pending', 'processing') then raise exception 'JOB_NOT_ACTIVE'; end if;

  if p_restored_from is not null then
    perform from public.revisions where project_id = p_project_id and revision = p_restored_from;
    if not found then raise exception 'VERSION_NOT_FOUND'; end if;
  end if;

  select * into v_head from public.revisions where project_id = p_project_id order by ordinal desc limit 1;
  if p_parent is distinct from v_head.revision then raise exception 'STALE_PARENT'; end if;

  insert into public.revisions (project_id, ordinal, revision, parent, job_id, kind, subject, restored_from)
  values (p_project_id, coalesce(v_head.ordinal, 0) + 1, p_revision, p_parent, p_job_id, p_kind, p_subject, p_restored_from)
  returning * into v_revision;
  update public.projects set updated_at = now() where id = p_project_id;
  return to_jsonb(v_revision);
end $$;

-- A page of what the player sees: generated versions, newest first, older than ordinal p_before (null = from the newest).
-- number counts from 1 at the newest; is_current = its files are the project's, directly or through a restore;
-- is_ambiguous = its first 7 digits also begin another revision of the project.
create or replace function public.list_versions(p_project_id uuid, p_before bigint, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with recursive shown as (
    (select revision, kind, restored_from from public.revisions where project_id = p_project_id order by ordinal desc limit 1)
    union all
    select r.revision, r.kind, r.restored_from
    from shown s
    join public.revisions r on r.project_id = p_project_id and r.revision = s.restored_from
    where s.kind = 'restore'
  ),
  numbered as (
    select revision, ordinal, subject, created_at, row_number() over (order by ordinal desc) as number
    from public.revisions where project_id = p_project_id and kind = 'generate'
  ),
  page as (
    select * from numbered where p_before is null or ordinal < p_before order by ordinal desc limit p_limit
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'revision', page.revision, 'ordinal', page.ordinal, 'subject', page.subject, 'created_at', page.created_at, 'number', page.number,
    'is_current', exists (select from shown s where s.kind = 'generate' and s.revision = page.revision),
    'is_ambiguous', exists (
      select from public.revisions o
      where o.project_id = p_project_id and o.revision <> page.revision and left(o.revision, 7) = left(page.revision, 7)
    )
  ) order by page.ordinal desc), '[]')
  from page;
$$;
