-- step: expand
-- What a user learns: that a game was made, in the app as by push, and which cost is settled.

-- Notifies the user of a job that completes with a version, once, unless he has switched the ends
-- of jobs off. The notification has the id of the job; V2's columns have the words of GAME_MADE.
create or replace function dreamcore.notify_of_made() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.notifications (id, user_id, project_id, type, title, message, code, params,
    icon)
  select new.id, new.user_id, p.id, 'project', 'ゲームができました',
    '「' || left(p.name, 200) || '」を遊べます。', 'GAME_MADE',
    jsonb_build_object('title', left(p.name, 200)), 'success'
  from public.projects p
  where p.id = new.project_id
    and exists (select from public.revisions r where r.job_id = new.id)
    and not exists (select from public.notice_mutes m
      where m.user_id = new.user_id and m.event = 'ended')
  on conflict (id) do nothing;
  return null;
end $$;
create or replace trigger jobs_notify_of_made after update of status on public.jobs
  for each row when (new.status = 'completed' and old.status in ('pending', 'processing'))
  execute function dreamcore.notify_of_made();
revoke all on function dreamcore.notify_of_made() from public, anon, authenticated;

-- A project gets the name of its first game after the job: its notifications follow.
create or replace function dreamcore.rename_made_notices() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.notifications set message = '「' || left(new.name, 200) || '」を遊べます。',
    params = jsonb_build_object('title', left(new.name, 200))
  where user_id = new.user_id and project_id = new.id and code = 'GAME_MADE';
  return null;
end $$;
create or replace trigger projects_rename_notices after update of name on public.projects
  for each row when (new.name <> old.name) execute function dreamcore.rename_made_notices();
revoke all on function dreamcore.rename_made_notices() from public, anon, authenticated;

-- As in 0025, and how much of the cost is only set aside for work that goes on.
create or replace function public.paid_usage(p_user_id uuid, p_days integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(d) order by d.day desc), '[]') from (
    select (created_at at time zone 'Asia/Tokyo')::date as day,
      count(*) filter (where kind = 'model')::integer as runs, sum(usd) as usd,
      coalesce(sum(usd) filter (where state = 'reserved'), 0) as "reservedUsd"
    from public.usage_events
    where user_id = p_user_id and state <> 'released' and payer = 'user'
      and created_at >= public.usage_day_start() - make_interval(days => p_days - 1)
    group by 1
  ) d;
$$;
