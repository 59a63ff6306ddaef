-- step: expand
-- Which assets would be public without a take-down: put-back shows those, and no others that have
-- the same bytes. Of earlier take-downs that is not known: they keep showing all that they cover.
alter table public.takedowns add column if not exists hidden_assets uuid[];
update public.takedowns t set hidden_assets = array(
  select a.id from public.assets a
  where a.owner_id = t.user_id and not a.is_public and a.hash = any (t.asset_hashes))
where hidden_assets is null;
alter table public.takedowns alter column hidden_assets set default '{}';
alter table public.takedowns alter column hidden_assets set not null;

-- Completes a take-down with what is known of its game: its hash, and the assets that no other
-- public game of its owner serves; those of the owner stop being public.
create or replace function dreamcore.apply_takedown(p_game_id uuid) returns void
language plpgsql set search_path = '' as $$
declare
  v_hidden uuid[];
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
  with hidden as (
    update public.assets a set is_public = false from public.takedowns t
    where t.game_id = p_game_id and a.owner_id = t.user_id and a.is_public
      and a.hash = any (t.asset_hashes)
    returning a.id
  )
  select array_agg(id) into v_hidden from hidden;
  update public.takedowns set hidden_assets = hidden_assets || v_hidden where game_id = p_game_id;
end $$;

-- An asset that a take-down hides stays hidden, however its row is written or its bytes sent again.
-- What its owner wishes meanwhile holds when the game is put back.
create or replace function public.keep_asset_hidden() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if not new.is_public then
    update public.takedowns set hidden_assets = array_remove(hidden_assets, new.id)
    where new.id = any (hidden_assets);
    return new;
  end if;
  update public.takedowns t set hidden_assets = array_remove(t.hidden_assets, new.id) || new.id
  where new.hash = any (t.asset_hashes) and dreamcore.is_of_owner(t, new.owner_id);
  new.is_public = not found;
  return new;
end $$;
-- By its name it comes before assets_taken_down, which makes private what was wished public.
create or replace trigger assets_made_private before update of is_public on public.assets
  for each row when (not new.is_public) execute function public.keep_asset_hidden();

-- Put-back shows what it hid.
do $$
declare
  v_from text;
  v_to text;
  v_source text := pg_get_functiondef((select oid from pg_proc
    where pronamespace = 'public'::regnamespace and proname = 'move_publication'));
begin
  for v_from, v_to in values
    ('v_shown text[]', 'v_shown uuid[]'),
    ('returning asset_hashes', 'returning hidden_assets'),
    ('array_agg(hash) into v_shown from back, unnest(asset_hashes) hash',
      'array_agg(asset_id) into v_shown from back, unnest(hidden_assets) asset_id'),
    ('where owner_id = v_owner and hash = any (v_shown)', 'where id = any (v_shown)')
  loop
    if position(v_to in v_source) > 0 then continue; end if;
    if position(v_from in v_source) = 0 then
      raise exception 'function move_publication is not as 0019 left it';
    end if;
    v_source := replace(v_source, v_from, v_to);
  end loop;
  execute v_source;
end $$;
