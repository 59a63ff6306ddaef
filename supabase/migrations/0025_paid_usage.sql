-- step: expand
-- What a user paid for on each of the last days of the players' calendar, by the rule of
-- spent_today, the newest first: runs of the model, and US dollars of all.
create or replace function public.paid_usage(p_user_id uuid, p_days integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(d) order by d.day desc), '[]') from (
    select (created_at at time zone 'Asia/Tokyo')::date as day,
      count(*) filter (where kind = 'model')::integer as runs, sum(usd) as usd
    from public.usage_events
    where user_id = p_user_id and state <> 'released' and payer = 'user'
      and created_at >= public.usage_day_start() - make_interval(days => p_days - 1)
    group by 1
  ) d;
$$;
revoke all on function public.paid_usage from public, anon, authenticated, service_role;
grant execute on function public.paid_usage to service_role;
