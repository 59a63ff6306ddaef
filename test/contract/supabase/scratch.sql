-- Tables and functions with every shape that the dialect has to carry, none of them the product's.
create table public.parents (
  id bigint generated always as identity primary key,
  label text not null default 'unnamed',
  payload jsonb,
  numbers integer[],
  r text
);
create table public.children (
  id bigint generated always as identity primary key,
  parent_id bigint references public.parents (id),
  second_parent_id bigint references public.parents (id),
  word text
);
create table public."odd ""table"" name" (
  id integer primary key, "select" text, "a,b.c(d)" text, "日本" text
);
create table public.r (id integer primary key, parent_id bigint references public.parents (id));
insert into public.parents (label, payload, numbers, r) values
  ('one', '{"a":[1,2]}', '{1,2}', 'own r'),
  ('two', null, '{3}', null);
insert into public.children (parent_id, second_parent_id, word) values
  (1, 2, 'first'), (1, null, 'second');
insert into public."odd ""table"" name" values (1, 'keyword', 'comma', '漢字');
insert into public.r values (1, 1);
create table public.secrets (id integer primary key, word text);
insert into public.secrets values (1, 'hidden');
alter table public.secrets enable row level security;

create function public.add(a integer, b integer default 10) returns integer
  language sql as 'select a + b';
create function public.nothing() returns void language sql as '';
create function public.words(times integer) returns setof text
  language sql as $$ select 'w' || n from generate_series(1, times) n $$;
create function public.all_parents() returns setof public.parents
  language sql stable as 'select * from public.parents';
create function public.one_parent(wanted bigint) returns public.parents
  language sql stable as 'select * from public.parents where id = wanted';
create function public.pair(out x integer, out y text) language sql as $$ select 1, 'y' $$;
create function public.rows_of(n integer) returns table (n_value integer)
  language sql as 'select generate_series(1, n)';
create function public.echo(value jsonb) returns jsonb language sql as 'select value';
create function public.sum_of(numbers integer[]) returns bigint
  language sql as 'select sum(n) from unnest(numbers) n';
create function public.who() returns jsonb
  language sql stable as $$
  select jsonb_build_object('role', current_user, 'uid', auth.uid(), 'claim', auth.role())
$$;
create function public.fail(kind text) returns void language plpgsql as $$
begin
  if kind = 'plain' then
    raise exception 'said so' using detail = 'the detail', hint = 'the hint';
  end if;
  if kind = 'teapot' then raise exception 'teapot' using errcode = 'PT418'; end if;
  perform 1 / 0;
end $$;
