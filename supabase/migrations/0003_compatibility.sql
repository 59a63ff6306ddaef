-- What V2's own clients and check scripts expect beyond V2's schema.

-- The publish page says 'disallowed' where the schema said 'disallow': both are a valid answer.
do $$
declare
  v_constraint text;
begin
  for v_constraint in
    select c.conname
    from pg_constraint c
    join pg_attribute a on a.attrelid = c.conrelid and c.conkey = array[a.attnum]
    where c.conrelid = 'public.publish_drafts'::regclass and c.contype = 'c' and a.attname = 'remix'
  loop
    execute format('alter table public.publish_drafts drop constraint %I', v_constraint);
  end loop;
  alter table public.publish_drafts
    add constraint publish_drafts_remix_check check (remix in ('allowed', 'disallow', 'disallowed'));
end $$;

-- profiles: the users under their older name, with the rights of whoever asks. A table of that name is left alone.
do $$
begin
  if exists (select from pg_class where oid = to_regclass('public.profiles') and relkind <> 'v') then
    raise notice 'public.profiles is not a view of ours: left as it is';
  else
    create or replace view public.profiles with (security_invoker = true) as
      select id, email, display_name, avatar_url, created_at, updated_at from public.users;
    grant all on public.profiles to anon, authenticated, service_role;
  end if;
end $$;

-- An asset inserted without alias and hash gets unique ones made from its id.
create or replace function public.fill_asset_identity() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.hash := coalesce(new.hash, encode(sha256(convert_to(new.id::text, 'UTF8')), 'hex'));
  new.alias := coalesce(new.alias, 'asset_' || replace(new.id::text, '-', '') || coalesce(substring(new.filename from '\.[A-Za-z0-9]{1,10}$'), ''));
  return new;
end $$;

create or replace trigger assets_fill_identity before insert on public.assets
  for each row execute function public.fill_asset_identity();

-- An owner cannot set is_deleted through an UPDATE: the new row must pass the SELECT policy, which hides deleted rows.
-- This is the owner's way; true = this call deleted it.
create or replace function public.soft_delete_asset(p_id uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  update public.assets set is_deleted = true
  where id = p_id and not is_deleted and owner_id = (select auth.uid());
  return found;
end $$;
revoke all on function public.soft_delete_asset(uuid) from public, anon, service_role;
grant execute on function public.soft_delete_asset(uuid) to authenticated;
