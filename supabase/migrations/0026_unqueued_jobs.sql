-- step: expand
-- The row of a message that was taken out of its queue says that its job has never begun (Q3).

alter table public.jobs add column if not exists is_unqueued boolean not null default false;

-- As in 0022, and its row says so.
create or replace function public.unqueue_message(p_id uuid, p_user_id uuid, p_chat_id uuid)
  returns boolean
language plpgsql set search_path = '' as $$
declare
  v_row public.queued_messages;
begin
  -- As open_job locks it, so that a message either begins or goes.
  perform from public.projects where id = (select project_id from public.queued_messages
    where id = p_id and user_id = p_user_id) for no key update;
  delete from public.queued_messages where id = p_id and user_id = p_user_id returning * into v_row;
  if not found then return false; end if;
  insert into public.jobs (id, user_id, project_id, status, created_at, is_unqueued)
    values (v_row.id, v_row.user_id, v_row.project_id, 'cancelled', v_row.created_at, true)
  on conflict (id) do nothing;
  delete from public.chat_history where id = p_chat_id and project_id = v_row.project_id;
  return true;
end $$;

-- What a user inserts was never queued.
do $$
declare
  v_source text := pg_get_functiondef('public.guard_jobs()'::regprocedure);
begin
  if position('new.is_unqueued = false;' in v_source) > 0 then return; end if;
  if position('new.is_rerun = false;' in v_source) = 0 then
    raise exception 'function guard_jobs is not as 0019 left it';
  end if;
  execute replace(v_source, 'new.is_rerun = false;', 'new.is_rerun = false;
  new.is_unqueued = false;');
end $$;
