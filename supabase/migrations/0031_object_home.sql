-- step: expand
-- Which store holds the objects that the rows name: two buckets that both hold versions look alike.

-- The id stands in the marker of that bucket as well (E1), so that one that has moved is known.
create table if not exists public.object_home (
  is_only_row boolean primary key default true check (is_only_row),
  id uuid not null,
  place text not null,
  claimed_at timestamptz not null default now()
);
alter table public.object_home enable row level security;
grant all on public.object_home to service_role;

-- Writes the row unless there is one, and returns what it holds.
create or replace function public.claim_object_home(p_id uuid, p_place text) returns jsonb
language plpgsql set search_path = '' as $$
begin
  insert into public.object_home (id, place) values (p_id, p_place) on conflict do nothing;
  return (select jsonb_build_object('id', h.id, 'place', h.place) from public.object_home h);
end $$;
revoke execute on function public.claim_object_home(uuid, text) from public, anon, authenticated;
grant execute on function public.claim_object_home(uuid, text) to service_role;
