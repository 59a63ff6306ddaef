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

-- Which action works on a user's wish for an image (a hash of the request), since when.
create table if not exists public.image_claims (
  user_id uuid not null references public.users (id) on delete cascade,
  wish text not null,
  action_id uuid not null,
  claimed_at timestamptz not null default now(),
  primary key (user_id, wish)
);
alter table public.image_claims enable row level security;
grant all on public.image_claims to anon, authenticated, service_role;

-- The action that works on the wish: of several calls at once the first one's, as long as its claim
-- is younger than p_claim_ms.
create or replace function public.claim_image(p_user_id uuid, p_wish text, p_action_id uuid,
  p_claim_ms bigint) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_holder uuid;
  v_before timestamptz := now() - make_interval(secs => p_claim_ms / 1000.0);
begin
  delete from public.image_claims where claimed_at < v_before and (user_id, wish) in (
    select user_id, wish from public.image_claims where claimed_at < v_before
      limit 100 for update skip locked);
  loop
    insert into public.image_claims as c (user_id, wish, action_id)
      values (p_user_id, p_wish, p_action_id)
    on conflict (user_id, wish) do update
      set action_id = excluded.action_id, claimed_at = now() where c.claimed_at < v_before
    returning action_id into v_holder;
    if found then return v_holder; end if;
    select action_id into v_holder from public.image_claims
      where user_id = p_user_id and wish = p_wish;
    if found then return v_holder; end if;
    -- It was released in between.
  end loop;
end $$;

-- Work that one process does at a time. Times are the database's.
create table if not exists public.leases (
  name text primary key,
  holder text not null,
  leased_until timestamptz not null
);
alter table public.leases enable row level security;
grant all on public.leases to anon, authenticated, service_role;

-- True = the holder has the lease for p_lease_ms, which it may prolong, or end with 0.
create or replace function public.take_lease(p_name text, p_holder text, p_lease_ms bigint)
  returns boolean
language plpgsql set search_path = '' as $$
begin
  insert into public.leases as l (name, holder, leased_until)
    values (p_name, p_holder, now() + make_interval(secs => p_lease_ms / 1000.0))
  on conflict (name) do update
    set holder = excluded.holder, leased_until = excluded.leased_until
    where l.holder = excluded.holder or l.leased_until < now();
  return found;
end $$;

-- What is kept for a user, bytes: the objects of his versions and the files of his assets, deleted
-- assets until their files go. The other columns are of earlier builds, which measured folders.
alter table public.volume_sizes add column if not exists kept_bytes bigint not null default 0;
alter table public.volume_sizes alter column mirror_bytes set default 0;

create or replace function dreamcore.add_kept_bytes(p_user_id uuid, p_bytes bigint) returns void
language sql security definer set search_path = '' as $$
  -- The user may be going, with all that is his.
  insert into public.volume_sizes as v (user_id, kept_bytes)
  select id, greatest(p_bytes, 0) from public.users where id = p_user_id and p_bytes <> 0
  on conflict (user_id) do update
    set kept_bytes = greatest(v.kept_bytes + p_bytes, 0), measured_at = now();
$$;

-- Before the counter of K2, which is the last row that a transaction locks.
create or replace function dreamcore.count_version_bytes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Where the project goes, count_project_bytes has counted.
  perform dreamcore.add_kept_bytes(p.user_id,
    coalesce(new.object_bytes, 0) - coalesce(old.object_bytes, 0))
  from public.projects p where p.id = coalesce(new.project_id, old.project_id);
  return null;
end $$;
create or replace trigger revisions_bytes after insert or delete or update of object_bytes
  on public.revisions for each row execute function dreamcore.count_version_bytes();

create or replace function dreamcore.count_project_bytes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform dreamcore.add_kept_bytes(old.user_id, -coalesce((
    select sum(object_bytes) from public.revisions where project_id = old.id), 0)::bigint);
  return old;
end $$;
create or replace trigger projects_bytes before delete on public.projects
  for each row execute function dreamcore.count_project_bytes();

create or replace function dreamcore.count_asset_bytes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op <> 'INSERT' and old.is_stored then
    perform dreamcore.add_kept_bytes(old.owner_id, -greatest(coalesce(old.size, 0), 0));
  end if;
  if tg_op <> 'DELETE' and new.is_stored then
    perform dreamcore.add_kept_bytes(new.owner_id, greatest(coalesce(new.size, 0), 0));
  end if;
  return null;
end $$;
create or replace trigger assets_bytes
  after insert or delete or update of size, is_stored, storage_path, owner_id
  on public.assets for each row execute function dreamcore.count_asset_bytes();

-- What was there before the triggers.
insert into public.volume_sizes as v (user_id, kept_bytes)
select u.id, k.bytes from public.users u cross join lateral (
  select (
    select coalesce(sum(greatest(size, 0)), 0) from public.assets
    where owner_id = u.id and is_stored
  ) + (
    select coalesce(sum(r.object_bytes), 0) from public.revisions r
    join public.projects p on p.id = r.project_id where p.user_id = u.id
  ) as bytes) k
where k.bytes > 0
on conflict (user_id) do update set kept_bytes = excluded.kept_bytes;

-- A user's largest games and files as he calls them, [{name, bytes}], the largest first.
create or replace function public.largest_kept(p_user_id uuid, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(t) order by t.bytes desc), '[]') from (
    select p.name, sum(r.object_bytes)::bigint as bytes from public.projects p
      join public.revisions r on r.project_id = p.id and r.object_bytes is not null
      where p.user_id = p_user_id group by p.id
    union all
    select coalesce(original_name, filename), size from public.assets
      where owner_id = p_user_id and is_stored and not is_deleted and size > 0
    order by bytes desc limit p_limit
  ) t;
$$;

-- As in 0020, with the limit of files (bytes) by what is kept.
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
    where j.id = p_id and v.kept_bytes > p_max_bytes) then
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

-- Which of these keys `p/<project>/<work>/<name>` may be removed (L2), [{key, is_known}]: the work
-- ended p_ended_ms ago or has no row (is_known false), and no version has the object.
-- publish_revision needs active work, so that both stay true.
create or replace function public.removable_objects(p_keys text[], p_ended_ms bigint) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('key', k.key, 'is_known',
    exists (select from public.jobs j where j.id = k.work_id)
      or exists (select from public.actions a where a.id = k.work_id)) order by k.key), '[]')
  from (
    select key, split_part(key, '/', 2)::uuid as project_id,
      split_part(key, '/', 3)::uuid as work_id, split_part(key, '/', 4) as name,
      now() - make_interval(secs => p_ended_ms / 1000.0) as before
    from unnest(p_keys) key
  ) k
  where not exists (
      select from public.revisions r where r.project_id = k.project_id and (r.object_sha = k.name
        or r.job_id = k.work_id and (r.object_sha is null or r.object_sha = repeat('0', 64))))
    and not exists (select from public.jobs j where j.id = k.work_id
      and (j.status in ('pending', 'processing') or j.updated_at >= k.before))
    and not exists (select from public.actions a where a.id = k.work_id
      and (a.state in ('pending', 'processing') or a.updated_at >= k.before));
$$;

-- Which of these keys of assets no row has.
create index if not exists idx_assets_storage_path on public.assets (storage_path);
create or replace function public.unnamed_assets(p_keys text[]) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(k.key order by k.key), '[]') from unnest(p_keys) k(key)
  where not exists (select from public.assets a where a.storage_path = k.key and a.is_stored);
$$;

-- Gives up the files of users' assets that were deleted before then and that no version names: none
-- of their owner's, and none at all when they are public. A version whose refs are unknown may name
-- all of them. Answers the keys that no row has any more: their objects go next.
create index if not exists idx_revisions_refs on public.revisions using gin (refs);
create index if not exists idx_revisions_unmoved on public.revisions (project_id)
  where refs is null;
create or replace function public.give_up_assets(p_before timestamptz, p_limit integer)
  returns jsonb
language sql set search_path = '' as $$
  with gone as (
    update public.assets set is_stored = false
    where id in (
      select a.id from public.assets a
      where a.is_deleted and a.is_stored and not coalesce(a.is_global, false)
        and a.updated_at < p_before and starts_with(a.storage_path, 'a/')
        and not exists (
          select from public.projects p join public.revisions r on r.project_id = p.id
          where p.user_id = a.owner_id
            and (r.refs is null or r.refs && array[a.id::text, a.alias]))
        and not (a.is_public and (
          exists (select from public.revisions r where r.refs is null)
          or exists (select from public.revisions r where r.refs && array[a.id::text, a.alias])))
      order by a.updated_at limit p_limit
      for update skip locked
    )
    returning id, storage_path
  )
  select coalesce(jsonb_agg(distinct g.storage_path), '[]') from gone g
  where not exists (select from public.assets o where o.storage_path = g.storage_path
    and o.is_stored and o.id not in (select id from gone));
$$;

-- Versions without an object: not moved yet, or (64 zeros) held by no store when they were looked
-- for. The object that the move is making for one of them has no row that names it yet.
create index if not exists idx_revisions_without_object on public.revisions (project_id, ordinal)
  where object_sha is null or object_sha = repeat('0', 64);

-- Those after p_project_id and p_ordinal, in this order; p_first: heads and published ones.
create or replace function public.unmoved_versions(p_first boolean, p_project_id uuid,
  p_ordinal bigint, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(t) order by t.project_id, t.ordinal), '[]') from (
    select r.project_id, p.user_id, r.ordinal, r.revision, r.parent, r.job_id,
      r.object_sha is not null as is_lost
    from public.revisions r join public.projects p on p.id = r.project_id
    where (r.object_sha is null or r.object_sha = repeat('0', 64))
      and (p_project_id is null or (r.project_id, r.ordinal) > (p_project_id, p_ordinal))
      and (not p_first
        or not exists (select from public.revisions n
          where n.project_id = r.project_id and n.ordinal > r.ordinal)
        or exists (select from public.games g
          where g.project_id = r.project_id and g.revision = r.revision))
    order by r.project_id, r.ordinal limit p_limit) t;
$$;

-- {versions, unmoved, lost}: all of them, those not moved yet, those that no store held.
create or replace function public.count_unmoved() returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('versions', count(*),
    'unmoved', count(*) filter (where object_sha is null),
    'lost', count(*) filter (where object_sha = repeat('0', 64)))
  from public.revisions;
$$;

-- Names the object of a version that has none; false = it has one, or is gone.
create or replace function public.name_object(p_project_id uuid, p_revision text,
  p_object_sha text, p_object_bytes bigint, p_refs text[]) returns boolean
language plpgsql set search_path = '' as $$
begin
  update public.revisions
  set object_sha = p_object_sha, object_bytes = p_object_bytes, refs = p_refs
  where project_id = p_project_id and revision = p_revision
    and (object_sha is null or object_sha = repeat('0', 64));
  return found;
end $$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('unmoved_versions', 'count_unmoved', 'name_object',
        'publish_revision', 'create_remix', 'claim_image', 'take_lease', 'largest_kept',
        'begin_attempt', 'removable_objects', 'unnamed_assets', 'give_up_assets')
  loop
    execute format('revoke all on function %s from public, anon, authenticated', v_function);
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
