-- The life of an action row, like that of a job row, for the service role alone.

create or replace function public.open_action(p_id uuid, p_user_id uuid, p_project_id uuid, p_kind text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_action public.actions;
begin
  -- First of all what an earlier call has opened: its project may be gone by now, because deleting is an action.
  select * into v_action from public.actions where id = p_id;
  if not found then
    perform from public.projects where id = p_project_id and user_id = p_user_id for key share;
    if not found then
      return jsonb_build_object('outcome', 'refused', 'code', 'ACCESS_DENIED');
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
  if v_action.user_id <> p_user_id or v_action.kind <> p_kind or coalesce(v_action.project_id, p_project_id) <> p_project_id then
    return jsonb_build_object('outcome', 'refused', 'code', 'ACCESS_DENIED');
  end if;
  return jsonb_build_object('outcome', 'existing', 'action', to_jsonb(v_action));
end $$;

-- The completed row, also when an earlier call completed it; null when it ended otherwise or is gone.
create or replace function public.complete_action(p_id uuid, p_result jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_action public.actions;
begin
  update public.actions set state = 'completed', progress = 100, result = nullif(p_result, 'null')
  where id = p_id and state in ('pending', 'processing')
  returning * into v_action;
  if not found then
    select * into v_action from public.actions where id = p_id and state = 'completed';
    if not found then return null; end if;
  end if;
  return to_jsonb(v_action);
end $$;

-- The failed row, also when it had failed before; null when it ended otherwise or is gone.
create or replace function public.fail_action(p_id uuid, p_error text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_action public.actions;
begin
  update public.actions set state = 'failed', error = p_error
  where id = p_id and state in ('pending', 'processing')
  returning * into v_action;
  if not found then
    select * into v_action from public.actions where id = p_id and state = 'failed';
    if not found then return null; end if;
  end if;
  return to_jsonb(v_action);
end $$;
