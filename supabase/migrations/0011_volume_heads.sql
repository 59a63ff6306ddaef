-- What each user's Volume is known to hold of a project. No reference to projects: a folder whose project is gone has to be found.
create table if not exists public.volume_heads (
  project_id uuid primary key,
  user_id uuid not null references public.users (id) on delete cascade,
  revision text not null check (revision ~ '^[0-9a-f]{40}$'),
  updated_at timestamptz not null default now()
);
create index if not exists idx_volume_heads_user_id on public.volume_heads (user_id);

-- The server's own: no policy, so that nobody but the service role reads or writes it.
alter table public.volume_heads enable row level security;
grant all on public.volume_heads to anon, authenticated, service_role;

-- Projects with versions, by id, after p_after. Due: of a user who has a Volume, not known to hold the newest version, or not looked at
-- for a week.
create or replace function public.replication_targets(
  p_user_id uuid, p_project_id uuid, p_is_due_only boolean, p_after uuid, p_limit integer
) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('user_id', t.user_id, 'project_id', t.id) order by t.id), '[]')
  from (
    select p.user_id, p.id
    from public.projects p
    join lateral (select r.revision from public.revisions r where r.project_id = p.id order by r.ordinal desc limit 1) head on true
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

-- Users with notes of projects that are gone since before p_before: folders may be left on their Volumes.
create or replace function public.users_with_volume_leftovers(p_before timestamptz, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(t.user_id), '[]')
  from (
    select distinct v.user_id from public.volume_heads v
    where v.updated_at < p_before and not exists (select from public.projects p where p.id = v.project_id)
    order by v.user_id limit p_limit
  ) t;
$$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname in ('replication_targets', 'users_with_volume_leftovers')
  loop
    execute format('revoke all on function %s from public, anon, authenticated', v_function);
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
