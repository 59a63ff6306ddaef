-- Actions without a project (an image that belongs to nothing yet), their progress, and their cancellation.

create or replace function public.open_action(p_id uuid, p_user_id uuid, p_project_id uuid, p_kind text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_action public.actions;
begin
  -- First of all what an earlier call has opened: its project may be gone by now, because deleting is an action.
  select * into v_action from public.actions where id = p_id;
  if not found then
    if p_project_id is not null then
      perform from public.projects where id = p_project_id and user_id = p_user_id for key share;
      if not found then
        return jsonb_build_object('outcome', 'refused', 'code', 'ACCESS_DENIED');
      end if;
    end if;
    insert into public.actions (id, user_id, project_id, kind, state)
    values (p_id, p_user_id, p_project_id, p_kind, 'processing')
    on conflict (id) do nothing
    returning * into v_action;
    if found then
      return jsonb_build_object('outcome', 'opened', 'action', to_jsonb(v_action));
    end if;
    select * into v_action from public.actions where id = p_id;
  end if;
  if v_action.user_id <> p_user_id or v_action.kind <> p_kind
     or (v_action.project_id is not null and v_action.project_id is distinct from p_project_id) then
    return jsonb_build_object('outcome', 'refused', 'code', 'ACCESS_DENIED');
  end if;
  return jsonb_build_object('outcome', 'existing', 'action', to_jsonb(v_action));
end $$;

-- Percent; only while the action runs, never backwards. False = it has ended or is gone: whoever works on it may stop.
create or replace function public.note_action_progress(p_id uuid, p_progress integer) returns boolean
language sql set search_path = '' as $$
  with noted as (
    update public.actions set progress = greatest(progress, least(p_progress, 99)), last_event_at = now()
    where id = p_id and state in ('pending', 'processing')
    returning 1
  )
  select exists (select from noted);
$$;

-- The cancelled row, also when it had been cancelled before; null when it ended otherwise or is gone.
create or replace function public.cancel_action(p_id uuid) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_action public.actions;
begin
  update public.actions set state = 'cancelled'
  where id = p_id and state in ('pending', 'processing')
  returning * into v_action;
  if not found then
    select * into v_action from public.actions where id = p_id and state = 'cancelled';
    if not found then return null; end if;
  end if;
  return to_jsonb(v_action);
end $$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname in ('open_action', 'note_action_progress', 'cancel_action')
  loop
    execute format('revoke all on function %s from public, anon, authenticated', v_function);
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
