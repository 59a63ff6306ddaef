-- step: expand
-- Versions as objects of a store: the row of a version names its object, and what is kept is
-- counted, claimed and swept by rows.

-- The object of a version: its SHA-256 ends its key, below its project and job_id. Null = not moved
-- yet. refs: what its texts call assets (ids, aliases); null = unknown.
alter table public.revisions add column if not exists object_sha text
  check (object_sha ~ '^[0-9a-f]{64}$');
alter table public.revisions add column if not exists object_bytes bigint
  check (object_bytes > 0);
alter table public.revisions add column if not exists refs text[];
alter table public.revisions drop constraint if exists revisions_object_check;
alter table public.revisions add constraint revisions_object_check
  check ((object_sha is null) = (object_bytes is null));

-- Errors: JOB_NOT_ACTIVE (the job or action has ended), STALE_PARENT (another version was published
-- in between), VERSION_NOT_FOUND (restored_from is not a revision of this project).
-- A restored version looks like the one that it restores.
drop function if exists public.publish_revision(uuid, text, text, uuid, text, text, text, jsonb,
  text);
create or replace function public.publish_revision(
  p_project_id uuid, p_revision text, p_parent text, p_job_id uuid, p_kind text, p_subject text,
    p_restored_from text, p_play jsonb default null, p_screenshot text default null,
    p_object_sha text default null, p_object_bytes bigint default null, p_refs text[] default null
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
    restored_from, play, screenshot, object_sha, object_bytes, refs)
  values (p_project_id, coalesce(v_head.ordinal, 0) + 1, p_revision, p_parent, p_job_id, p_kind,
    p_subject, p_restored_from, p_play, p_screenshot, p_object_sha, p_object_bytes, p_refs)
  returning * into v_revision;
  update public.projects set updated_at = now() where id = p_project_id;
  return to_jsonb(v_revision);
end $$;

-- A project from a version of another one: its row, its first version (none without p_revision),
-- the first line of its chat. One transaction; a repeat changes nothing. False = the action has
-- ended.
drop function if exists public.create_remix(uuid, uuid, uuid, text, uuid, text, text, uuid, jsonb);
create or replace function public.create_remix(p_action_id uuid, p_project_id uuid, p_user_id uuid,
  p_name text, p_parent_id uuid, p_revision text, p_subject text, p_chat_id uuid, p_line jsonb,
  p_object_sha text default null, p_object_bytes bigint default null, p_refs text[] default null)
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
  insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject, object_sha,
    object_bytes, refs)
  select p_project_id, 1, p_revision, p_action_id, 'remix', p_subject, p_object_sha,
    p_object_bytes, p_refs
  where p_revision is not null
  on conflict do nothing;
  insert into public.chat_history (id, project_id, role, message, code, params)
  values (p_chat_id, p_project_id, 'system', left(p_line -> 'texts' ->> 'ja', 1000),
    p_line ->> 'code', p_line -> 'params')
  on conflict (id) do nothing;
  return true;
end $$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('publish_revision', 'create_remix')
  loop
    execute format('revoke all on function %s from public, anon, authenticated', v_function);
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
