-- Triggers on the rows that users and the server share.

create or replace function public.update_updated_at() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at = now();
  return new;
end $$;

create or replace trigger users_updated_at before update on public.users
  for each row execute function public.update_updated_at();
create or replace trigger projects_updated_at before update on public.projects
  for each row execute function public.update_updated_at();
create or replace trigger assets_updated_at before update on public.assets
  for each row execute function public.update_updated_at();
create or replace trigger jobs_updated_at before update on public.jobs
  for each row execute function public.update_updated_at();
create or replace trigger publish_drafts_updated_at before update on public.publish_drafts
  for each row execute function public.update_updated_at();
create or replace trigger actions_updated_at before update on public.actions
  for each row execute function public.update_updated_at();

-- Every new account gets its row. Nothing in it may keep somebody from signing up: what cannot be
-- written now is made up for when the user comes for the first time.
create or replace function public.handle_new_user() returns trigger
language plpgsql security definer set search_path = public as $$
begin
  insert into public.users (id, email, display_name, avatar_url)
  values (
    new.id,
    coalesce(new.email, ''),
    left(coalesce(new.raw_user_meta_data ->> 'full_name', new.raw_user_meta_data ->> 'name',
      split_part(new.email, '@', 1)), 200),
    left(coalesce(new.raw_user_meta_data ->> 'avatar_url', new.raw_user_meta_data ->> 'picture'),
      2000)
  )
  on conflict (id) do nothing;
  return new;
exception when others then
  raise warning 'no row for the new account %: %', new.id, sqlerrm;
  return new;
end $$;

-- Hosted Supabase lets us create this trigger, but neither drop nor replace it: auth.users belongs
-- to another role.
do $$
begin
  if not exists (select from pg_trigger where tgrelid = 'auth.users'::regclass
    and tgname = 'on_auth_user_created') then
    create trigger on_auth_user_created after insert on auth.users
      for each row execute function public.handle_new_user();
  end if;
end $$;

-- An asset inserted without alias and hash gets unique ones made from its id.
create or replace function public.fill_asset_identity() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.hash := coalesce(new.hash, encode(sha256(convert_to(new.id::text, 'UTF8')), 'hex'));
  new.alias := coalesce(new.alias,
    'asset_' || replace(new.id::text, '-',
    '') || coalesce(substring(new.filename from '\.[A-Za-z0-9]{1,10}$'), ''));
  return new;
end $$;

create or replace trigger assets_fill_identity before insert on public.assets
  for each row execute function public.fill_asset_identity();

-- A row that the server writes names a file that is there.
create or replace function public.mark_stored_asset() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.is_stored = true;
  return new;
end $$;
create or replace trigger assets_mark_stored before insert on public.assets
  for each row when (current_user not in ('anon', 'authenticated'))
  execute function public.mark_stored_asset();
create or replace trigger assets_mark_moved before update of storage_path on public.assets
  for each row when (current_user not in ('anon', 'authenticated')
    and new.storage_path is distinct from old.storage_path)
  execute function public.mark_stored_asset();

-- The counter of K2, raised by whoever changes what a follower is told: rows of other owners and
-- older servers count, too. It is the last row that a transaction locks.
create or replace function public.add_project_changes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.project_changes (project_id) values (new.id) on conflict do nothing;
  return null;
end $$;
create or replace trigger projects_add_changes after insert on public.projects
  for each row execute function public.add_project_changes();

create or replace function public.count_project_change() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_row jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
  update public.project_changes set change_no = change_no + 1
  where project_id = (v_row ->> tg_argv[0])::uuid;
  return null;
end $$;
create or replace trigger projects_count_change after update on public.projects
  for each row when (old.name is distinct from new.name)
  execute function public.count_project_change('id');
create or replace trigger jobs_count_opened after insert on public.jobs
  for each row execute function public.count_project_change('project_id');
create or replace trigger jobs_count_change after update on public.jobs
  for each row when (old.status is distinct from new.status)
  execute function public.count_project_change('project_id');
create or replace trigger revisions_count_change after insert on public.revisions
  for each row execute function public.count_project_change('project_id');
create or replace trigger revisions_count_mark after update on public.revisions
  for each row when (old.marked_at is distinct from new.marked_at)
  execute function public.count_project_change('project_id');
create or replace trigger chat_history_count_change after insert on public.chat_history
  for each row execute function public.count_project_change('project_id');
create or replace trigger games_count_new after insert or delete on public.games
  for each row execute function public.count_project_change('project_id');
create or replace trigger takedowns_count after insert or delete on public.takedowns
  for each row execute function public.count_project_change('project_id');
create or replace trigger games_count_change after update on public.games
  for each row when (old.revision is distinct from new.revision
    or old.visibility is distinct from new.visibility)
  execute function public.count_project_change('project_id');
