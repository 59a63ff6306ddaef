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

-- Every new account gets its row; a failure here aborts the sign-up.
create or replace function public.handle_new_user() returns trigger
language plpgsql security definer set search_path = public as $$
begin
  insert into public.users (id, email, display_name, avatar_url)
  values (
    new.id,
    new.email,
    coalesce(new.raw_user_meta_data ->> 'full_name', new.raw_user_meta_data ->> 'name',
      split_part(new.email, '@', 1)),
    coalesce(new.raw_user_meta_data ->> 'avatar_url', new.raw_user_meta_data ->> 'picture')
  );
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

-- Owners may write their rows through PostgREST; what the server vouches for (pointer, numbers) is
-- not theirs to say.
create or replace function public.guard_games() returns trigger
language plpgsql set search_path = '' as $$
begin
  if current_user not in ('anon', 'authenticated') then
    return new;
  end if;
  if tg_op = 'INSERT' then
    new.revision = null; new.content_hash = null; new.published_at = null; new.play_count = 0; new.like_count = 0;
  else
    new.id = old.id; new.project_id = old.project_id; new.game_url = old.game_url;
    new.revision = old.revision; new.content_hash = old.content_hash; new.published_at = old.published_at;
    new.play_count = old.play_count; new.like_count = old.like_count;
  end if;
  return new;
end $$;
create or replace trigger games_guard before insert or update on public.games
  for each row execute function public.guard_games();
