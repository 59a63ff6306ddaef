-- step: expand
-- Guests: anonymous users of Supabase Auth. One may play and make one game; what he keeps becomes
-- his account's, and one who does not come back is removed.

-- By the whole row: an older Supabase Auth has no such column.
create or replace function dreamcore.is_guest(p_user_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select coalesce((select (to_jsonb(u) ->> 'is_anonymous')::boolean from auth.users u
    where u.id = p_user_id), false);
$$;

-- A guest who has become an account: his row gets what its sign-up would have given it.
create or replace function public.handle_linked_user() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_metadata jsonb := coalesce(new.raw_user_meta_data, '{}');
begin
  -- Hosted Supabase keeps what the provider says of him there.
  if to_regclass('auth.identities') is not null then
    execute 'select $2 || coalesce((select identity_data from auth.identities where user_id = $1
      order by created_at desc limit 1), ''{}'')' into v_metadata using new.id, v_metadata;
  end if;
  update public.users set
    email = coalesce(new.email, ''),
    display_name = coalesce(nullif(display_name, ''), left(coalesce(v_metadata ->> 'full_name',
      v_metadata ->> 'name', split_part(new.email, '@', 1)), 200)),
    avatar_url = coalesce(avatar_url,
      left(coalesce(v_metadata ->> 'avatar_url', v_metadata ->> 'picture'), 2000))
  where id = new.id;
  return null;
exception when others then
  raise warning 'the row of the account % stays as it was: %', new.id, sqlerrm;
  return null;
end $$;

-- As on_auth_user_created.
do $$
begin
  if exists (select from pg_attribute where attrelid = 'auth.users'::regclass
      and attname = 'is_anonymous' and not attisdropped)
    and not exists (select from pg_trigger where tgrelid = 'auth.users'::regclass
      and tgname = 'on_auth_guest_linked') then
    create trigger on_auth_guest_linked after update on auth.users
      for each row when (old.is_anonymous and not new.is_anonymous)
      execute function public.handle_linked_user();
  end if;
end $$;

-- One project for a guest, by the API or by PostgREST; two at the same moment take turns.
create or replace function dreamcore.limit_guest_projects() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if not dreamcore.is_guest(new.user_id) then return new; end if;
  perform from public.users where id = new.user_id for no key update;
  if exists (select from public.projects where user_id = new.user_id) then
    raise exception 'no more projects for a guest: sign in first'
      using errcode = 'program_limit_exceeded';
  end if;
  return new;
end $$;
create or replace trigger projects_guest before insert on public.projects
  for each row execute function dreamcore.limit_guest_projects();

-- A guest has the role authenticated: these take away what an account is needed for. One look at
-- the claims for each statement.
do $$
declare
  v_table text;
  v_is_member text := '((select (auth.jwt() ->> ''is_anonymous'')::boolean) is not true)';
  v_check text;
begin
  foreach v_table in array array['games', 'assets', 'publish_drafts', 'push_subscriptions',
    'projects'] loop
    v_check := case v_table when 'projects'
      then format('(not is_public or %s)', v_is_member) else v_is_member end;
    execute format('drop policy if exists %1$s_insert_member on public.%1$I', v_table);
    execute format('create policy %1$s_insert_member on public.%1$I as restrictive for insert '
      'to authenticated with check %2$s', v_table, v_check);
    execute format('drop policy if exists %1$s_update_member on public.%1$I', v_table);
    execute format('create policy %1$s_update_member on public.%1$I as restrictive for update '
      'to authenticated using (true) with check %2$s', v_table, v_check);
  end loop;
end $$;

-- What was spent for guests counts against one purse of a day for all of them, also when a guest
-- has an account by now or is gone.
alter table public.usage_events add column if not exists by_guest boolean not null default false;
create index if not exists idx_usage_events_guests on public.usage_events (created_at)
  where by_guest;
create or replace function dreamcore.mark_guest_usage() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.by_guest := dreamcore.is_guest(new.user_id);
  return new;
end $$;
create or replace trigger usage_events_by_guest before insert on public.usage_events
  for each row execute function dreamcore.mark_guest_usage();

create or replace function public.spent_by_guests_today() returns double precision
language sql stable set search_path = '' as $$
  select coalesce(sum(usd), 0) from public.usage_events
  where by_guest and created_at >= public.usage_day_start();
$$;

-- US dollars spent today for guests, when they leave less than p_usd of the purse (0 = none) for a
-- guest's job whose work has not begun; else null. Such jobs take turns, so that two cannot both
-- take what is left for one.
create or replace function public.guests_beyond(p_id uuid, p_usd double precision,
  p_limit_usd double precision) returns double precision
language plpgsql set search_path = '' as $$
declare
  v_spent_usd double precision;
begin
  if p_limit_usd = 0 or not exists (select from public.jobs j
    where j.id = p_id and dreamcore.is_guest(j.user_id)
      and not exists (select from public.usage_events e where e.job_id = j.id
        and e.kind = 'model' and e.created_at >= j.created_at)) then
    return null;
  end if;
  perform pg_advisory_xact_lock(4711012);
  v_spent_usd := public.spent_by_guests_today();
  return case when v_spent_usd + p_usd > p_limit_usd + 1e-9 then v_spent_usd end;
end $$;

-- As in 0020, behind the purse of guests (0 = none), {outcome: guests with usd}; guests get no
-- images.
drop function if exists public.buy_beside_runs(uuid, text, text, double precision, text,
  double precision, double precision, double precision, double precision);
create or replace function public.buy_beside_runs(
  p_id uuid, p_kind text, p_step text, p_usd double precision, p_payer text,
    p_user_limit_usd double precision, p_budget_usd double precision,
    p_job_limit_usd double precision, p_loss_limit_usd double precision,
    p_guest_limit_usd double precision default 0
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_lost_usd double precision;
  v_guests_usd double precision := public.guests_beyond(p_id, p_usd, p_guest_limit_usd);
begin
  if v_guests_usd is not null then
    return jsonb_build_object('outcome', 'guests', 'usd', v_guests_usd);
  end if;
  if p_kind = 'image' and exists (select from public.jobs j
    where j.id = p_id and dreamcore.is_guest(j.user_id)) then
    return jsonb_build_object('outcome', 'refused');
  end if;
  if p_loss_limit_usd > 0 then v_lost_usd := public.losses_beyond(p_id, p_loss_limit_usd); end if;
  if v_lost_usd is not null then
    return jsonb_build_object('outcome', 'lost', 'usd', v_lost_usd);
  end if;
  return jsonb_build_object('outcome', case when public.reserve_beside_runs(p_id, p_kind, p_step,
    p_usd, p_payer, p_user_limit_usd, p_budget_usd, p_job_limit_usd)
    then 'reserved' else 'refused' end);
end $$;

-- As in 0021, behind the purse of guests (0 = none): refused by `guests`, nothing has changed.
drop function if exists public.begin_attempt(uuid, text, double precision, double precision,
  double precision, double precision, integer, double precision, bigint, double precision,
  double precision);
create or replace function public.begin_attempt(
  p_id uuid, p_backend text, p_estimate_usd double precision, p_user_limit_usd double precision,
    p_budget_usd double precision, p_purse_usd double precision, p_round integer,
    p_least_usd double precision, p_latest_ms bigint, p_loss_limit_usd double precision,
    p_max_bytes double precision, p_guest_limit_usd double precision default 0
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_lost_usd double precision;
  v_guests_usd double precision := public.guests_beyond(p_id, p_estimate_usd, p_guest_limit_usd);
begin
  if v_guests_usd is not null then
    return jsonb_build_object('outcome', 'refused', 'limit', 'guests', 'spent_usd', v_guests_usd);
  end if;
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

-- Guests who were idle for p_idle_ms: no session was begun or refreshed, no work
-- goes on or has ended.
create or replace function public.forgotten_guests(p_idle_ms bigint, p_limit integer) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(g.id), '[]') from (
    select u.id from auth.users u,
      lateral (select now() - make_interval(secs => p_idle_ms / 1000.0) as at) since
    where (to_jsonb(u) ->> 'is_anonymous')::boolean and u.created_at < since.at
      and not exists (select from auth.sessions s
        left join auth.refresh_tokens t on t.session_id = s.id
        where s.user_id = u.id and greatest(s.created_at, t.created_at) >= since.at)
      and not exists (select from public.jobs j where j.user_id = u.id
        and (j.status in ('pending', 'processing') or j.updated_at >= since.at))
      and not exists (select from public.actions a where a.user_id = u.id
        and (a.state in ('pending', 'processing') or a.updated_at >= since.at))
      and not exists (select from public.queued_messages q where q.user_id = u.id)
    order by u.created_at limit p_limit
  ) g;
$$;

-- Gives a guest's project to an account, with its work; false = it is neither's. Its files lie
-- where both find them; what was spent stays the guests'. For the one who holds its writer.
create or replace function public.adopt_project(p_project_id uuid, p_guest_id uuid, p_user_id uuid)
  returns boolean
language plpgsql set search_path = '' as $$
begin
  update public.projects set user_id = p_user_id
    where id = p_project_id and user_id = p_guest_id and dreamcore.is_guest(p_guest_id);
  if not found then
    return exists (select from public.projects
      where id = p_project_id and user_id = p_user_id);
  end if;
  update public.jobs set user_id = p_user_id where project_id = p_project_id;
  update public.actions set user_id = p_user_id where project_id = p_project_id;
  update public.queued_messages set user_id = p_user_id where project_id = p_project_id;
  -- The Volume of its new owner holds nothing of it yet.
  delete from public.volume_heads where project_id = p_project_id;
  return true;
end $$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('handle_linked_user', 'spent_by_guests_today', 'guests_beyond',
        'buy_beside_runs', 'begin_attempt', 'forgotten_guests', 'adopt_project')
  loop
    execute format(
      'revoke all on function %s from public, anon, authenticated, service_role', v_function
    );
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
revoke all on function dreamcore.is_guest(uuid), dreamcore.limit_guest_projects(),
  dreamcore.mark_guest_usage() from public, anon, authenticated;
grant execute on function dreamcore.is_guest(uuid) to service_role;
