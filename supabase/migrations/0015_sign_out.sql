-- step: expand
-- A session that ended (sign-out, of one session or of all; an account that is deleted) ends its
-- access tokens, whose signatures stay valid for up to an hour (hosted Supabase allows a week). The
-- API reads the list once a second; rows and functions that users reach ask it in a policy.

create table if not exists dreamcore.ended_sessions (
  session_id text primary key,
  ended_at timestamptz not null default now()
);
create index if not exists ended_sessions_ended_at on dreamcore.ended_sessions (ended_at);

create or replace function dreamcore.keep_ended_session() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into dreamcore.ended_sessions (session_id) values (old.id) on conflict do nothing;
  delete from dreamcore.ended_sessions where session_id in (
    select session_id from dreamcore.ended_sessions
    where ended_at < now() - interval '8 days' limit 100 for update skip locked);
  return null;
end $$;

-- As on_auth_user_created: auth.sessions belongs to another role on hosted Supabase.
do $$
begin
  if to_regclass('auth.sessions') is not null and not exists (select from pg_trigger
    where tgrelid = to_regclass('auth.sessions') and tgname = 'on_auth_session_ended') then
    create trigger on_auth_session_ended after delete on auth.sessions
      for each row execute function dreamcore.keep_ended_session();
  end if;
end $$;

-- Ids of the sessions that ended within these seconds, null: all that are kept.
create or replace function public.ended_sessions(p_within_s integer default null) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(session_id), '[]') from dreamcore.ended_sessions
  where p_within_s is null or ended_at > now() - make_interval(secs => p_within_s);
$$;
revoke all on function public.ended_sessions(integer) from public, anon, authenticated;
grant execute on function public.ended_sessions(integer) to service_role;

create or replace function dreamcore.session_goes_on() returns boolean
language sql stable security definer set search_path = '' as $$
  select not exists (
    select from dreamcore.ended_sessions where session_id = auth.jwt() ->> 'session_id');
$$;

-- One look into an index for each statement.
do $$
declare
  v_table text;
begin
  for v_table in
    select distinct tablename from pg_policies
    where schemaname = 'public' and permissive = 'PERMISSIVE' and 'authenticated' = any(roles)
  loop
    execute format('drop policy if exists %I on public.%I', v_table || '_session', v_table);
    execute format('create policy %I on public.%I as restrictive for all to authenticated '
      'using ((select dreamcore.session_goes_on()))', v_table || '_session', v_table);
  end loop;
end $$;

-- The one function of users that policies do not bind.
create or replace function public.soft_delete_asset(p_id uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  update public.assets set is_deleted = true
  where id = p_id and not is_deleted and owner_id = (select auth.uid())
    and (select dreamcore.session_goes_on());
  return found;
end $$;
