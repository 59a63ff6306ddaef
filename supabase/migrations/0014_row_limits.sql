-- step: expand
-- How much users may write with their own token. A table that anon or authenticated may insert into
-- or update has three triggers: a statement begins only while its user's minute and day have room,
-- every row counts, and what was written is charged once per statement. PostgREST runs one
-- statement per request. The service role is exempt: the API limits its requests.

-- One small row per user. Unlogged: a crash of the server may forget what was written today.
create unlogged table if not exists dreamcore.user_writes (
  user_id uuid primary key references auth.users (id) on delete cascade,
  minute timestamptz not null,
  minute_rows integer not null,
  minute_bytes bigint not null,
  day date not null,
  day_rows integer not null,
  day_bytes bigint not null
) with (fillfactor = 50);

-- Before the statement, so that a refusal writes nothing. Days are UTC: a client may choose the
-- time zone of its session.
create or replace function dreamcore.begin_user_write() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform set_config('dreamcore.written_rows', '0', true),
    set_config('dreamcore.written_bytes', '0', true);
  if exists (select from dreamcore.user_writes
    where user_id = auth.uid() and (
      (minute = date_trunc('minute', now()) and (minute_rows >= 600 or minute_bytes >= 2097152))
      or (day = (now() at time zone 'UTC')::date
        and (day_rows >= 10000 or day_bytes >= 20971520))
    )) then
    raise exception 'too much written by this user: at most 600 rows and 2 MiB a minute, '
      '10,000 rows and 20 MiB a day' using errcode = 'PT429';
  end if;
  return null;
end $$;

-- What a row costs: an insert all of it; an update what stands in the row itself (2 KiB: PostgreSQL
-- keeps longer values beside it) and the columns that have changed.
create or replace function dreamcore.count_user_row() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_rows integer := current_setting('dreamcore.written_rows')::integer + 1;
  v_bytes bigint := pg_column_size(new);
begin
  if tg_op = 'UPDATE' then
    v_bytes := least(v_bytes, 2048 + (
      select coalesce(sum(octet_length(n.value)), 0) from jsonb_each_text(to_jsonb(new)) n
      join jsonb_each_text(to_jsonb(old)) o using (key) where n.value is distinct from o.value));
  end if;
  v_bytes := v_bytes + current_setting('dreamcore.written_bytes')::bigint;
  if v_rows > 100 or v_bytes > 262144 then
    raise exception 'too much in one request: at most 100 rows and 256 KiB'
      using errcode = 'PT413';
  end if;
  perform set_config('dreamcore.written_rows', v_rows::text, true),
    set_config('dreamcore.written_bytes', v_bytes::text, true);
  return new;
end $$;

-- An upsert is an insert and an update: the first of the two charges.
create or replace function dreamcore.charge_user_write() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_rows integer := current_setting('dreamcore.written_rows')::integer;
  v_bytes bigint := current_setting('dreamcore.written_bytes')::bigint;
begin
  if v_rows = 0 then
    return null;
  end if;
  insert into dreamcore.user_writes as w values (auth.uid(), date_trunc('minute', now()), v_rows,
    v_bytes, (now() at time zone 'UTC')::date, v_rows, v_bytes)
  on conflict (user_id) do update set
    minute_rows = excluded.minute_rows
      + case w.minute when excluded.minute then w.minute_rows else 0 end,
    minute_bytes = excluded.minute_bytes
      + case w.minute when excluded.minute then w.minute_bytes else 0 end,
    minute = excluded.minute,
    day_rows = excluded.day_rows + case w.day when excluded.day then w.day_rows else 0 end,
    day_bytes = excluded.day_bytes + case w.day when excluded.day then w.day_bytes else 0 end,
    day = excluded.day;
  perform set_config('dreamcore.written_rows', '0', true);
  return null;
end $$;

do $$
declare
  v_table text;
begin
  for v_table in
    select distinct tablename from pg_policies
    where schemaname = 'public' and permissive = 'PERMISSIVE' and cmd in ('INSERT', 'UPDATE', 'ALL')
      and roles && array['anon', 'authenticated', 'public']::name[]
  loop
    execute format(
      'create or replace trigger %1$s_begin before insert or update on public.%1$I '
      'for each statement when (current_user in (''anon'', ''authenticated'')) '
      'execute function dreamcore.begin_user_write()', v_table);
    -- Behind _guard and _lengths, whose refusals are about columns.
    execute format(
      'create or replace trigger %1$s_row before insert or update on public.%1$I for each row '
      'when (current_user in (''anon'', ''authenticated'')) '
      'execute function dreamcore.count_user_row()', v_table);
    execute format(
      'create or replace trigger %1$s_written after insert or update on public.%1$I '
      'for each statement when (current_user in (''anon'', ''authenticated'')) '
      'execute function dreamcore.charge_user_write()', v_table);
  end loop;
end $$;

-- A chat line has 20,000 characters, as a message has. A client's longer one is refused (22001);
-- what the server writes is cut.
create or replace trigger chat_history_lengths before insert or update on public.chat_history
  for each row when (current_user in ('anon', 'authenticated'))
  execute function public.limit_lengths('message', '20000');

create or replace function dreamcore.cut_chat_line() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.message = left(new.message, 20000);
  return new;
end $$;
create or replace trigger chat_history_cut before insert on public.chat_history
  for each row when (current_user not in ('anon', 'authenticated') and length(new.message) > 20000)
  execute function dreamcore.cut_chat_line();

-- The lines of a project before a place, newest first: at most p_lines, of p_chars characters
-- together, the newest one in any case. Lines from before this file may be longer: they are cut.
create or replace function public.history_page(
  p_project_id uuid, p_before timestamptz default null, p_before_id uuid default null,
  p_lines integer default 50, p_chars integer default 200000
) returns table (id uuid, role text, message text, created_at timestamptz, has_earlier boolean)
language sql stable set search_path = '' as $$
  select id, role, message, created_at, has_earlier from (
    select line.*, row_number() over newest_first as place,
      sum(length(line.message)) over newest_first as chars,
      lead(line.id) over newest_first is not null as has_earlier
    from (
      select id, role, left(message, 20000) as message, created_at from public.chat_history
      where project_id = p_project_id
        and (p_before is null or (created_at, id) < (p_before, p_before_id))
      order by created_at desc, id desc limit p_lines + 1
    ) line
    window newest_first as (order by line.created_at desc, line.id desc)
  ) lines
  where place <= p_lines and (place = 1 or chars <= p_chars)
  order by place;
$$;
revoke all on function public.history_page(uuid, timestamptz, uuid, integer, integer)
  from public, anon, authenticated;
grant execute on function public.history_page(uuid, timestamptz, uuid, integer, integer)
  to service_role;
