-- What users may write in their own rows. Row-level security says which rows; these triggers say
-- which columns, for anon and authenticated alone: what the server owns gets a neutral value on
-- insert and keeps its value on update. Who owns a row is left to the policies, which refuse a
-- change with 42501.

create or replace function public.guard_users() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    return new;
  end if;
  new.email = old.email;
  new.created_at = old.created_at;
  return new;
end $$;

-- A thousand projects are more than anybody makes by hand; an operator may allow others by
-- `alter database … set dreamcore.max_projects`.
create or replace function public.guard_projects() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    if (select count(*) from public.projects where user_id = new.user_id)
      >= coalesce(nullif(current_setting('dreamcore.max_projects', true), '')::integer, 1000) then
      raise exception 'no more projects for this user: delete one first'
        using errcode = 'program_limit_exceeded';
    end if;
    new.pending_question = null;
    new.created_at = now();
    new.updated_at = now();
  else
    new.id = old.id;
    new.pending_question = old.pending_question;
    new.created_at = old.created_at;
    new.remixed_from = old.remixed_from;
  end if;
  return new;
end $$;

-- On insert the texts about a file are the user's, because no file is opened for such a row.
create or replace function public.guard_assets() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    new.is_stored = false;
    new.is_deleted = false;
    new.size = null;
    new.created_at = now();
    new.updated_at = now();
    return new;
  end if;
  if new.is_deleted is distinct from old.is_deleted then
    raise exception 'assets are deleted by soft_delete_asset'
      using errcode = 'insufficient_privilege';
  end if;
  new.id = old.id;
  new.is_stored = old.is_stored;
  new.filename = old.filename;
  new.storage_path = old.storage_path;
  new.mime_type = old.mime_type;
  new.size = old.size;
  new.hash = old.hash;
  new.created_at = old.created_at;
  return new;
end $$;

create or replace function public.guard_project_assets() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    new.added_at = now();
  else
    new.id = old.id;
    new.added_at = old.added_at;
  end if;
  return new;
end $$;

create or replace function public.guard_chat_history() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.created_at = now();
  return new;
end $$;

-- Nobody works on a job that the server has not opened: it is never active, and says nothing.
create or replace function public.guard_jobs() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.status is null or new.status in ('pending', 'processing') then
    new.status = 'cancelled';
  end if;
  new.progress = 0;
  new.progress_message = null;
  new.result = null;
  new.error = null;
  new.attempt = 0;
  new.slot_at = null;
  new.queue_no = null;
  new.last_event_at = null;
  new.usage = null;
  new.steps = '{}';
  new.trying = null;
  new.doing = null;
  new.is_rerun = false;
  new.created_at = now();
  new.updated_at = now();
  return new;
end $$;

create or replace function public.guard_publish_drafts() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at = now();
  return new;
end $$;

create or replace function public.guard_activity_log() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.created_at = now();
  return new;
end $$;

-- The pointer and the numbers are what the server vouches for.
create or replace function public.guard_games() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    new.revision = null;
    new.content_hash = null;
    new.published_at = null;
    new.play_count = 0;
    new.like_count = 0;
    new.created_at = now();
  else
    new.id = old.id;
    new.project_id = old.project_id;
    new.game_url = old.game_url;
    new.revision = old.revision;
    new.content_hash = old.content_hash;
    new.published_at = old.published_at;
    new.play_count = old.play_count;
    new.like_count = old.like_count;
    new.created_at = old.created_at;
  end if;
  new.updated_at = now();
  return new;
end $$;

-- Refuses a text that is longer than its place allows. Arguments: column, most characters, and so
-- on. What the server wrote stays, however long.
create or replace function public.limit_lengths() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_new jsonb := to_jsonb(new);
  v_old jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) end;
  v_column text;
begin
  for i in 0 .. tg_nargs - 1 by 2 loop
    v_column := tg_argv[i];
    if length(v_new ->> v_column) > tg_argv[i + 1]::integer
      and (v_old is null or v_new -> v_column is distinct from v_old -> v_column) then
      raise exception 'value too long for %.% (%)', tg_table_name, v_column, tg_argv[i + 1]
        using errcode = 'string_data_right_truncation';
    end if;
  end loop;
  return new;
end $$;

do $$
declare
  v_table text;
  v_lengths text;
begin
  for v_table, v_lengths in values
    ('users', 'display_name,200,avatar_url,2000'),
    ('projects', 'name,1000,storage_path,10000'),
    ('assets', 'filename,500,original_name,500,storage_path,10000,mime_type,200,tags,10000,'
      || 'description,20000,alias,500,hash,64,category,200'),
    ('project_assets', ''),
    ('chat_history', 'message,100000'),
    ('jobs', ''),
    ('publish_drafts', 'title,200,description,5000,how_to_play,10000,tags,20000,'
      || 'thumbnail_url,2000'),
    ('activity_log', 'action,200,target_type,200,target_id,500,details,10000'),
    ('games', 'title,200,description,5000,how_to_play,10000,game_url,2000,thumbnail_url,2000,'
      || 'remix,20,tags,20000')
  loop
    -- Triggers go by the order of their names: _guard, _lengths, then _updated_at.
    execute format(
      'create or replace trigger %1$s_guard before insert or update on public.%1$I for each row '
      'when (current_user in (''anon'', ''authenticated'')) execute function public.guard_%1$s()',
      v_table
    );
    continue when v_lengths = '';
    execute format(
      'create or replace trigger %1$s_lengths before insert or update on public.%1$I for each row '
      'when (current_user in (''anon'', ''authenticated'')) '
      'execute function public.limit_lengths(%2$s)',
      v_table, (select string_agg(quote_literal(part), ', ')
        from unnest(string_to_array(v_lengths, ',')) part)
    );
  end loop;
end $$;
