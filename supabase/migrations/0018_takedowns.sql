-- step: expand
-- A take-down names a game, its owner and the content that was served, and outlives project and
-- account: no row that an owner can write or delete undoes it.

alter table public.takedowns drop constraint if exists takedowns_project_id_fkey;
alter table public.takedowns alter column project_id drop not null;
alter table public.takedowns add column if not exists user_id uuid;
-- SHA-256 of the owner's address: finds the owner after the account was deleted and made anew.
alter table public.takedowns add column if not exists owner_digest text;
alter table public.takedowns add column if not exists title text not null default '';
alter table public.takedowns add column if not exists content_hash text;
-- Of the assets that only this game served.
alter table public.takedowns add column if not exists asset_hashes text[] not null default '{}';
create index if not exists idx_takedowns_user_id on public.takedowns (user_id);

-- What each published revision consists of, written before the game's row names the revision.
-- content_hash does not depend on the project: equal files have equal hashes.
create table if not exists public.game_contents (
  game_id uuid not null,
  revision text not null,
  project_id uuid not null references public.projects (id) on delete cascade,
  user_id uuid not null references public.users (id) on delete cascade,
  content_hash text not null,
  asset_hashes text[] not null default '{}',
  noted_at timestamptz not null default now(),
  primary key (game_id, revision)
);
create index if not exists idx_game_contents_owner on public.game_contents (user_id, content_hash);
create index if not exists idx_game_contents_project on public.game_contents (project_id);
alter table public.game_contents enable row level security;
grant all on public.game_contents to anon, authenticated, service_role;

create or replace function dreamcore.owner_digest(p_user_id uuid) returns text
language sql stable set search_path = '' as $$
  select encode(sha256(convert_to(lower(email), 'UTF8')), 'hex') from public.users
  where id = p_user_id and email <> '';
$$;

create or replace function dreamcore.is_of_owner(p_takedown public.takedowns, p_user_id uuid)
  returns boolean
language sql stable set search_path = '' as $$
  select coalesce(p_takedown.user_id = p_user_id, false)
    or coalesce(p_takedown.owner_digest = dreamcore.owner_digest(p_user_id), false);
$$;

update public.takedowns t set user_id = p.user_id, owner_digest = dreamcore.owner_digest(p.user_id),
  title = coalesce((select left(g.title, 200) from public.games g where g.id = t.game_id),
    left(p.name, 200))
from public.projects p where p.id = t.project_id and t.user_id is null;

drop policy if exists takedowns_read_own on public.takedowns;
create policy takedowns_read_own on public.takedowns for select to authenticated
  using (user_id = (select auth.uid()));

-- Completes a take-down with what is known of its game: its hash, and the assets that no other
-- public game of its owner serves; those of the owner stop being public.
create or replace function dreamcore.apply_takedown(p_game_id uuid) returns void
language plpgsql set search_path = '' as $$
begin
  update public.takedowns t set content_hash = coalesce(t.content_hash, (
      select c.content_hash from public.game_contents c
      join public.games g on g.id = c.game_id and g.revision = c.revision
      where c.game_id = p_game_id)),
    asset_hashes = array(
      select unnest(asset_hashes) from public.game_contents where game_id = p_game_id
      except
      select unnest(c.asset_hashes) from public.games g
      join public.game_contents c on c.game_id = g.id and c.revision = g.revision
      where g.user_id = t.user_id and g.visibility <> 'private'
        and not exists (select from public.takedowns o where o.game_id = g.id))
  where game_id = p_game_id;
  update public.assets a set is_public = false from public.takedowns t
  where t.game_id = p_game_id and a.owner_id = t.user_id and a.is_public
    and a.hash = any (t.asset_hashes);
end $$;

-- Notes what a revision consists of, before it is published. False = it may not be: the game, or
-- this content of this owner, was taken down. Serialized per owner with move_publication, so that
-- a take-down finds the content or the content finds the take-down.
create or replace function public.note_game_content(p_project_id uuid, p_user_id uuid,
  p_game_id uuid, p_revision text, p_content_hash text, p_asset_hashes text[]) returns boolean
language plpgsql set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('takedowns/' || p_user_id::text, 0));
  insert into public.game_contents (game_id, revision, project_id, user_id, content_hash,
    asset_hashes)
  select p_game_id, p_revision, id, user_id, p_content_hash, p_asset_hashes
  from public.projects where id = p_project_id and user_id = p_user_id
  on conflict (game_id, revision) do update set asset_hashes = excluded.asset_hashes,
    noted_at = now();
  perform dreamcore.apply_takedown(p_game_id) from public.takedowns
    where game_id = p_game_id and content_hash is null;
  return not exists (
    select from public.takedowns t where t.game_id = p_game_id
      or (t.content_hash = p_content_hash and dreamcore.is_of_owner(t, p_user_id))
  );
end $$;

-- Publications of before this table: house-keeping notes their content.
create or replace function public.games_without_content(p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page)), '[]') from (
    select g.id as "gameId", g.project_id as "projectId", g.user_id as "userId", g.revision
    from public.games g
    where g.revision is not null and g.project_id is not null and not exists (
      select from public.game_contents c where c.game_id = g.id and c.revision = g.revision)
    order by random() limit p_limit
  ) page;
$$;

-- Published games, and those that were taken down, the newest first; with these words in title or
-- address of the maker, or of this id (the game's, its project's or its maker's).
create or replace function public.list_publications(p_search text, p_is_down boolean,
  p_skip integer, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with page as (
    select coalesce(g.id, t.game_id) as id, coalesce(g.project_id, t.project_id) as project_id,
      coalesce(g.user_id, t.user_id) as user_id, coalesce(u.email, '') as email,
      -- Of a take-down the title of its time: its owner may have changed the row since.
      coalesce(nullif(t.title, ''), left(g.title, 200), '') as title, g.visibility,
      coalesce(g.play_count, 0) as play_count, coalesce(g.like_count, 0) as like_count,
      g.published_at, t.created_at as taken_down_at, t.reason
    from (select * from public.games where revision is not null) g
      full join public.takedowns t on t.game_id = g.id
      left join public.users u on u.id = coalesce(g.user_id, t.user_id)
    where (not p_is_down or t.game_id is not null)
      and (p_search is null
        or p_search in (g.id::text, t.game_id::text, g.project_id::text, t.project_id::text,
          g.user_id::text, t.user_id::text)
        or t.owner_digest = encode(sha256(convert_to(lower(p_search), 'UTF8')), 'hex')
        or strpos(lower(concat(g.title, ' ', t.title)), lower(p_search)) > 0
        or strpos(lower(u.email), lower(p_search)) > 0)
    order by coalesce(t.created_at, g.published_at) desc nulls last, 1
    offset p_skip limit p_limit
  )
  select coalesce(jsonb_agg(to_jsonb(page)
    order by coalesce(taken_down_at, published_at) desc nulls last, id), '[]') from page;
$$;

-- Takes a published game down with every game of the same content of its owner, or puts them back;
-- writes that to the audit log and notifies the owner, in one transaction. Null = there is no such
-- game; false = it stood so already, and nothing is written.
create or replace function public.move_publication(p_game_id uuid, p_is_down boolean,
  p_operator_id uuid, p_operator_email text, p_reason text, p_title text, p_message text)
  returns boolean
language plpgsql set search_path = '' as $$
declare
  v_owner uuid;
  v_project uuid;
  v_hash text;
  v_shown text[];
begin
  select user_id, project_id, hash into v_owner, v_project, v_hash from (
    select g.user_id, g.project_id, c.content_hash as hash, 2 as place from public.games g
      left join public.game_contents c on c.game_id = g.id and c.revision = g.revision
      where g.id = p_game_id and g.revision is not null
    union all
    select user_id, project_id, content_hash, 1 from public.takedowns where game_id = p_game_id
  ) known order by place limit 1;
  if not found then return null; end if;
  perform pg_advisory_xact_lock(hashtextextended('takedowns/' || v_owner::text, 0));
  if p_is_down = exists (select from public.takedowns where game_id = p_game_id) then
    return false;
  end if;
  if p_is_down then
    insert into public.takedowns (game_id, project_id, user_id, owner_digest, title, content_hash,
      reason)
    select down.id, down.project_id, v_owner, dreamcore.owner_digest(v_owner),
      coalesce((select left(title, 200) from public.games where id = down.id), ''), v_hash, p_reason
    from (
      select p_game_id as id, v_project as project_id
      union
      select c.game_id, c.project_id from public.game_contents c
        left join public.games g on g.id = c.game_id
        where c.user_id = v_owner and c.content_hash = v_hash
          -- Served now, or about to be.
          and (g.revision = c.revision or c.noted_at > now() - interval '1 hour')
    ) down on conflict do nothing;
    perform dreamcore.apply_takedown(game_id) from public.takedowns
      where game_id = p_game_id or (user_id = v_owner and content_hash = v_hash);
  else
    with back as (
      delete from public.takedowns
      where game_id = p_game_id or (user_id = v_owner and content_hash = v_hash)
      returning asset_hashes
    )
    select array_agg(hash) into v_shown from back, unnest(asset_hashes) hash;
    update public.assets set is_public = true where owner_id = v_owner and hash = any (v_shown);
  end if;
  insert into public.audit_log (operator_id, operator_email, act, target_id, owner_id, reason)
    values (p_operator_id, p_operator_email,
      case when p_is_down then 'takeDown' else 'putBack' end, p_game_id, v_owner, p_reason);
  insert into public.notifications (user_id, project_id, type, title, message, icon)
  select v_owner, (select id from public.projects where id = v_project), 'project', p_title,
    p_message, case when p_is_down then 'warning' else 'success' end
  from public.users where id = v_owner;
  return true;
end $$;

-- An asset that a take-down hides stays hidden, however its row is written or its bytes sent again.
create or replace function public.keep_asset_hidden() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from public.takedowns t
    where new.hash = any (t.asset_hashes) and dreamcore.is_of_owner(t, new.owner_id)) then
    new.is_public = false;
  end if;
  return new;
end $$;
create or replace trigger assets_taken_down before insert or update on public.assets
  for each row when (new.is_public) execute function public.keep_asset_hidden();

-- The product's delete ends work, removes files and leaves the take-down; a row with any of these
-- is deleted by it only.
create or replace function public.guard_project_delete() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from public.revisions where project_id = old.id)
    or exists (select from public.games where project_id = old.id and revision is not null)
    or exists (select from public.takedowns where project_id = old.id)
    or exists (select from public.jobs where project_id = old.id
      and status in ('pending', 'processing'))
    or exists (select from public.actions where project_id = old.id
      and state in ('pending', 'processing')) then
    raise exception 'a project with work or a publication is deleted by deleteProject'
      using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;
create or replace trigger projects_guard_delete before delete on public.projects for each row
  when (current_user in ('anon', 'authenticated')) execute function public.guard_project_delete();

create or replace function public.guard_game_delete() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if old.revision is not null
    or exists (select from public.takedowns where game_id = old.id) then
    raise exception 'a published game is deleted by unpublishing it'
      using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;
create or replace trigger games_guard_delete before delete on public.games for each row
  when (current_user in ('anon', 'authenticated')) execute function public.guard_game_delete();

-- What a project was made from is the server's to say.
create or replace function public.guard_project_origin() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.remixed_from = null;
  return new;
end $$;
create or replace trigger projects_guard_origin before insert on public.projects for each row
  when (current_user in ('anon', 'authenticated')) execute function public.guard_project_origin();

drop policy if exists games_insert_own on public.games;
create policy games_insert_own on public.games for insert to authenticated
  with check (user_id = (select auth.uid()) and (project_id is null or exists (
    select from public.projects p where p.id = project_id and p.user_id = (select auth.uid()))));
update public.games g set project_id = null
where g.revision is null and exists (
  select from public.projects p where p.id = g.project_id and p.user_id <> g.user_id);

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('note_game_content', 'games_without_content', 'list_publications',
        'move_publication')
  loop
    execute format(
      'revoke all on function %s from public, anon, authenticated, service_role', v_function
    );
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
