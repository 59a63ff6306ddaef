-- step: expand
-- Who played what is needed for the window in which a play counts once, and to know the first play
-- by another than the maker: one row of a game is enough for that.
create index if not exists idx_game_plays_played_at on public.game_plays (played_at);

-- Removes rows of plays before then, the oldest first, and answers how many; of other players than
-- the maker each game keeps one. The counts of plays are elsewhere.
create or replace function public.remove_old_plays(p_before timestamptz, p_limit integer)
  returns integer
language sql set search_path = '' as $$
  with old as (
    select p.game_id, p.player from public.game_plays p
    join public.games g on g.id = p.game_id
    where p.played_at < p_before
      and (p.player = g.user_id::text or exists (select from public.game_plays o
        where o.game_id = p.game_id and o.player > p.player and o.player <> g.user_id::text))
    order by p.played_at limit p_limit for update of p skip locked
  ), gone as (
    delete from public.game_plays p using old
    where p.game_id = old.game_id and p.player = old.player returning 1
  )
  select count(*)::integer from gone;
$$;
revoke all on function public.remove_old_plays(timestamptz, integer)
  from public, anon, authenticated;
grant execute on function public.remove_old_plays(timestamptz, integer) to service_role;
