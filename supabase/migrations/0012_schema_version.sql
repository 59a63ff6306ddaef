-- step: expand
-- The applied files, by which a database says its version (O1, O2): the number of the highest one.

create schema if not exists dreamcore;
create table if not exists dreamcore.schema_files (
  name text primary key, hash text not null, applied_at timestamptz not null default now()
);

-- Code without a range of versions reads `dreamcore.migrations`. It would not know the files after
-- 0011, call the database older and offer to remove it; now it passes on the true sentence.
do $$
begin
  if (select relkind from pg_catalog.pg_class where oid = to_regclass('dreamcore.migrations')) = 'r'
  then
    insert into dreamcore.schema_files (name, hash, applied_at)
      select name, hash, applied_at from dreamcore.migrations
      on conflict (name) do nothing;
    drop table dreamcore.migrations;
  end if;
end $$;

create or replace function dreamcore.refuse_older_code() returns setof dreamcore.schema_files
language plpgsql set search_path = '' as $$
begin
  raise exception 'the database (schema %) is newer than this code (schema 11): start the commit '
    'that ran last, or a newer one; do not use --fresh, which would remove it; nothing was changed',
    (select max(substring(name from '^\d+')::integer) from dreamcore.schema_files);
end $$;
create or replace view dreamcore.migrations as
  select name, hash, applied_at from dreamcore.refuse_older_code();

-- The version of the schema, and which of these functions are not there exactly once.
create or replace function public.schema_state(p_functions text[] default '{}') returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'version', (
      select coalesce(max(substring(name from '^\d+')::integer), 0) from dreamcore.schema_files
    ),
    'unsound', (
      select coalesce(jsonb_agg(wanted.name order by wanted.name), '[]')
      from unnest(p_functions) wanted(name)
      where (
        select count(*) from pg_catalog.pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.proname = wanted.name
      ) <> 1
    )
  );
$$;
revoke all on function public.schema_state(text[]) from public, anon, authenticated;
grant execute on function public.schema_state(text[]) to service_role;
