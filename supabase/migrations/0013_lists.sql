-- Lists that stay quick when they have grown.

-- A user's projects with the descriptions of their drafts, the one touched last first, as clients are told them: one answer,
-- because a table hands out at most 1,000 rows. Runs with the caller's rights.
create or replace function public.list_projects(p_user_id uuid) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', p.id, 'name', p.name, 'description', coalesce(d.description, ''), 'isPublic', p.is_public, 'remixedFrom', p.remixed_from,
    'createdAt', p.created_at, 'updatedAt', p.updated_at
  ) order by p.updated_at desc, p.id), '[]')
  from public.projects p
  left join public.publish_drafts d on d.project_id = p.id
  where p.user_id = p_user_id;
$$;
revoke all on function public.list_projects(uuid) from public, anon;
grant execute on function public.list_projects(uuid) to authenticated, service_role;

-- The last lines of a chat without sorting all of them.
create index if not exists idx_chat_history_project_created on public.chat_history (project_id, created_at desc);

-- As in 0009; numbers are counted from the page's first version instead of being given to every version of the project.
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
  newer as (
    select count(*) as versions from public.revisions
    where project_id = p_project_id and kind = 'generate' and p_before is not null and ordinal >= p_before
  ),
  page as (
    select revision, ordinal, subject, created_at from public.revisions
    where project_id = p_project_id and kind = 'generate' and (p_before is null or ordinal < p_before)
    order by ordinal desc limit p_limit
  ),
  numbered as (
    select page.*, newer.versions + row_number() over (order by page.ordinal desc) as number from page, newer
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'revision', n.revision, 'ordinal', n.ordinal, 'subject', n.subject, 'created_at', n.created_at, 'number', n.number,
    'is_current', exists (select from shown s where s.kind = 'generate' and s.revision = n.revision),
    'is_ambiguous', exists (
      select from public.revisions o
      where o.project_id = p_project_id and o.revision <> n.revision
        -- Hex digits end before g.
        and o.revision >= left(n.revision, 7) and o.revision < left(n.revision, 7) || 'g'
    )
  ) order by n.ordinal desc), '[]')
  from numbered n;
$$;
