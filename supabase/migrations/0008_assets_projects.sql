-- Users' files and lists.

-- An owner cannot set is_deleted through an UPDATE: the new row must pass the SELECT policy, which
-- hides deleted rows. This is the owner's way; true = this call deleted it.
create or replace function public.soft_delete_asset(p_id uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  update public.assets set is_deleted = true
  where id = p_id and not is_deleted and owner_id = (select auth.uid());
  return found;
end $$;

-- Inserts an asset under the first free name `<stem><ext>`, `<stem>_2<ext>`, …; names of deleted
-- assets stay taken. One owner's inserts stand in line, so that names and quota hold however many
-- come at once. The sizes of his visible assets count. Answers {outcome: 'created', asset} or
-- {outcome: 'full', is_file_in_use}.
create or replace function public.create_asset(
  p_owner_id uuid, p_stem text, p_extension text, p_asset jsonb, p_project_id uuid,
    p_quota_bytes bigint
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_asset public.assets;
  v_stem text;
begin
  perform pg_advisory_xact_lock(hashtextextended('assets/' || p_owner_id::text, 0));
  if (select coalesce(sum(greatest(size, 0)), 0) from public.assets where owner_id = p_owner_id
    and not is_deleted)
     + (p_asset ->> 'size')::bigint > p_quota_bytes then
    return jsonb_build_object('outcome', 'full', 'is_file_in_use', exists (
      select from public.assets where owner_id = p_owner_id
        and storage_path = p_asset ->> 'storage_path' and is_stored
    ));
  end if;
  loop
    -- In one pass, however many equal names there are.
    with taken as (
      select substr(alias, length(p_stem) + 2,
        length(alias) - length(p_stem) - 1 - length(p_extension)) as number
      from public.assets
      where owner_id = p_owner_id and starts_with(alias, p_stem || '_')
        and right(alias, length(p_extension)) = p_extension
        and length(alias) > length(p_stem) + 1 + length(p_extension)
    ),
    numbers as materialized (select number::bigint as n from taken
      where number ~ '^[1-9][0-9]{0,8}$'),
    free as (
      select c.n from (select 2::bigint as n union select n + 1 from numbers where n >= 2) c
      where not exists (select from numbers where numbers.n = c.n)
    )
    select case
      when exists (select from public.assets where owner_id = p_owner_id
        and alias = p_stem || p_extension)
      then p_stem || '_' || (select min(n) from free) else p_stem
    end into v_stem;
    insert into public.assets (
      owner_id, alias, filename, original_name, storage_path, mime_type, size, hash, is_public,
        tags, description, created_in_project_id
    ) values (
      p_owner_id, v_stem || p_extension,
        v_stem || '_' || left(p_asset ->> 'hash', 8) || p_extension, p_asset ->> 'original_name',
      p_asset ->> 'storage_path', p_asset ->> 'mime_type', (p_asset ->> 'size')::bigint,
        p_asset ->> 'hash',
      (p_asset ->> 'is_public')::boolean, p_asset ->> 'tags', p_asset ->> 'description',
        p_project_id
    ) on conflict on constraint assets_owner_alias_unique do nothing returning * into v_asset;
    -- Its owner may have taken the name meanwhile, without standing in line.
    exit when found;
  end loop;
  if p_project_id is not null then
    insert into public.project_assets (project_id, asset_id, usage_type)
      values (p_project_id, v_asset.id, 'image')
    on conflict (project_id, asset_id) do nothing;
  end if;
  return jsonb_build_object('outcome', 'created', 'asset', to_jsonb(v_asset));
end $$;

-- An owner's visible assets as raw rows, each with `projects: [{id, name}]`, newest first, in one
-- answer, because a table hands out at most 1,000 rows. With a query those whose names, tags or
-- description contain it, whatever the case. Runs with the caller's rights.
create or replace function public.list_assets(p_owner_id uuid, p_query text, p_limit integer)
  returns jsonb
language sql stable security invoker set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(a) || jsonb_build_object('projects', (
    select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name)
      order by l.added_at, p.id), '[]')
    from public.project_assets l join public.projects p on p.id = l.project_id
    where l.asset_id = a.id
  )) order by a.created_at desc, a.id), '[]')
  from (
    select * from public.assets s
    where s.owner_id = p_owner_id and not s.is_deleted and (
      coalesce(p_query, '') = ''
      or strpos(lower(concat_ws(e'\n', s.filename, s.original_name, s.tags, s.description)),
        lower(p_query)) > 0
    )
    order by s.created_at desc, s.id
    limit p_limit
  ) a;
$$;

-- A user's projects with the descriptions of their drafts, the one touched last first, as clients
-- are told them: one answer, because a table hands out at most 1,000 rows. Runs with the caller's
-- rights.
create or replace function public.list_projects(p_user_id uuid) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', p.id, 'name', left(p.name, 1000), 'description', left(coalesce(d.description, ''), 5000),
    'isPublic', p.is_public
      or exists (select from public.games g where g.project_id = p.id and g.revision is not null
      and g.visibility = 'public'
      and not exists (select from public.takedowns t where t.game_id = g.id)),
    'remixedFrom', p.remixed_from, 'createdAt', p.created_at, 'updatedAt', p.updated_at
  ) order by p.updated_at desc, p.id), '[]')
  from public.projects p
  left join public.publish_drafts d on d.project_id = p.id
  where p.user_id = p_user_id;
$$;

-- A page of them: those that the filter and a part of the name admit, behind a place if given; and
-- how many there are in all, whatever the page shows. Runs with the caller's rights.
create or replace function public.page_projects(p_user_id uuid, p_limit integer, p_filter text,
  p_query text, p_before timestamptz, p_before_id uuid) returns jsonb
language sql stable security invoker set search_path = '' as $$
  with page as (
    select p.*, d.description, g.revision, g.visibility, t.game_id is not null as is_down,
      p.is_public or coalesce(g.visibility = 'public' and t.game_id is null, false) as is_out
    from public.projects p
    left join public.publish_drafts d on d.project_id = p.id
    left join public.games g on g.project_id = p.id and g.revision is not null
    left join public.takedowns t on t.game_id = g.id
    where p.user_id = p_user_id
      and (p_before is null or (p.updated_at, p.id) < (p_before, p_before_id))
      and (p_query = '' or strpos(lower(p.name), lower(p_query)) > 0)
      and (p_filter = 'all'
        or (p_filter = 'public')
          = (p.is_public or coalesce(g.visibility = 'public' and t.game_id is null, false)))
    order by p.updated_at desc, p.id desc limit p_limit
  )
  select jsonb_build_object(
    'projects', (select coalesce(jsonb_agg(jsonb_build_object(
      'id', page.id, 'name', left(page.name, 1000),
      'description', left(coalesce(page.description, ''), 5000),
      'isPublic', page.is_out, 'remixedFrom', page.remixed_from,
      'createdAt', page.created_at, 'updatedAt', page.updated_at,
      'publication', case when page.revision is not null then jsonb_build_object(
        'visibility', page.visibility,
        'isNewest', page.revision = head.revision,
        'isTakenDown', page.is_down
      ) end,
      'screenshot', head.screenshot
    ) order by page.updated_at desc, page.id desc), '[]')
    from page left join lateral (select r.revision, r.screenshot from public.revisions r
      where r.project_id = page.id order by r.ordinal desc limit 1) head on true),
    'counts', (select jsonb_build_object('all', count(*), 'public', count(*) filter (
        where p.is_public or exists (select from public.games g where g.project_id = p.id
          and g.revision is not null and g.visibility = 'public'
          and not exists (select from public.takedowns t where t.game_id = g.id))))
      from public.projects p where p.user_id = p_user_id)
  );
$$;

-- Of the projects `p_ids`, those that changed after the change `p_since` at the same place, as
-- whoever follows them compares them with what he was told (K2); `id` alone when there is no such
-- project any more. `jobs` and `lines` are ids, the newest first,
-- `marks` the versions that were last given a name or a bookmark.
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
