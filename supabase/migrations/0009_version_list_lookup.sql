-- As in 0006; whether a short hash is ambiguous is looked up in the index of hashes instead of in every version of the project.
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
      where o.project_id = p_project_id and o.revision <> page.revision
        -- Hex digits end before g.
        and o.revision >= left(page.revision, 7) and o.revision < left(page.revision, 7) || 'g'
    )
  ) order by page.ordinal desc), '[]')
  from page;
$$;
