-- step: expand
-- What is spent for a user is counted for him (M1 to M3): each attempt at its known cost, and a
-- second limit of a day for what he does not pay.

-- The newest sum that the key proxy of an attempt reported; null = none was ever received.
alter table public.usage_events add column if not exists told_usd double precision
  check (told_usd >= 0);

-- An attempt that ends without a cost of its own counts with the sum it reported, not with its
-- reservation (M2). The cost that its runner states at the end is final: the sum is forgotten.
create or replace function public.settle_told_cost() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.state = 'reserved' and new.told_usd is not null and not new.is_cost_known
    and new.usd = old.usd then
    new.usd := new.told_usd;
    new.is_cost_known := true;
  elsif new.is_cost_known and (not old.is_cost_known or new.usd <> old.usd) then
    new.told_usd := null;
  end if;
  return new;
end $$;
create or replace trigger usage_events_settle_told_cost before update of state
  on public.usage_events for each row
  when (new.state <> 'reserved' and new.kind = 'model')
  execute function public.settle_told_cost();

-- Stores the running sum of an attempt; a lower one changes nothing. A report that arrives after
-- the end raises what a released attempt counts with, unless that is final.
create or replace function public.note_attempt_cost(p_call_id text, p_usd double precision)
returns void
language sql set search_path = '' as $$
  update public.usage_events
  set told_usd = greatest(told_usd, p_usd),
    usd = case state when 'reserved' then usd else greatest(told_usd, p_usd) end,
    is_cost_known = state = 'released'
  where kind = 'model' and call_id = p_call_id and p_usd between 0 and 1e6
    and (state = 'reserved' or (state = 'released' and (told_usd is not null
      or not is_cost_known)));
$$;

-- Corrects by hand what an attempt, step or text that has ended counts with, and writes that to the
-- audit log, in one transaction. Nothing is changed where it answers `missing`, `open` (it goes on)
-- or `stranger` (no account has the operator's id).
create or replace function public.correct_usage(p_call_id text, p_usd double precision,
  p_operator_id uuid, p_reason text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_event public.usage_events;
  v_email text;
begin
  select email into v_email from public.users where id = p_operator_id;
  if not found then return jsonb_build_object('outcome', 'stranger'); end if;
  select * into v_event from public.usage_events
    where kind <> 'modal' and call_id = p_call_id for no key update;
  if not found then return jsonb_build_object('outcome', 'missing'); end if;
  if v_event.state = 'reserved' then return jsonb_build_object('outcome', 'open'); end if;
  update public.usage_events set usd = p_usd, is_cost_known = true, told_usd = null
    where id = v_event.id;
  insert into public.audit_log (operator_id, operator_email, act, target_id, owner_id, reason)
    values (p_operator_id, v_email, 'settleUsage', coalesce(v_event.job_id, v_event.id),
      v_event.user_id, left(format('%s: $%s -> $%s. %s', p_call_id, v_event.usd, p_usd, p_reason),
        500));
  return jsonb_build_object('outcome', 'settled', 'from_usd', v_event.usd);
end $$;
alter table public.audit_log drop constraint if exists audit_log_act_check,
  add constraint audit_log_act_check
    check (act in ('cancel', 'rerun', 'readRecording', 'takeDown', 'putBack', 'settleUsage'));

-- What was spent today for a user and is not paid by him, at known cost: released, paid by the
-- house, and what his actions have set aside, which a cancel would release. A cut attempt without
-- any report counts in full when its user cut it, and not at all when it crashed. Reruns are an
-- operator's work.
create or replace function public.lost_today(p_user_id uuid) returns double precision
language sql stable set search_path = '' as $$
  select coalesce(sum(e.usd), 0) from public.usage_events e
  where e.user_id = p_user_id and e.created_at >= public.usage_day_start()
    and case e.state when 'released' then true when 'settled' then e.payer = 'house'
      else e.kind <> 'model' end
    and (e.kind <> 'model' or e.is_cost_known or e.failure is null)
    and not exists (select from public.jobs j where j.id = e.job_id and j.is_rerun);
$$;

-- US dollars lost today for the owner of a job or action, when they are above the limit and its
-- work has not begun; else null. What was accepted is carried to its end, and an operator's rerun
-- is never refused.
create or replace function public.losses_beyond(p_id uuid, p_limit_usd double precision)
returns double precision
language sql stable set search_path = '' as $$
  select l.usd from (
    select w.id, w.created_at, public.lost_today(w.user_id) as usd from (
      select id, user_id, created_at from public.jobs where id = p_id and not is_rerun
      union all
      select id, user_id, created_at from public.actions where id = p_id
    ) w
  ) l
  where l.usd > p_limit_usd + 1e-9 and not exists (select from public.usage_events e
    where e.job_id = l.id and e.kind in ('model', 'image', 'video')
      and e.created_at >= l.created_at);
$$;

-- Ends what the attempts of an open job have reserved, before the next one is measured by the
-- purse, so that the cost of a killed attempt is taken from it.
create or replace function public.end_attempts(p_id uuid) returns void
language sql set search_path = '' as $$
  select public.release_reservations(id, slot_at is not null, 'RunCrashed', 'model')
  from public.jobs where id = p_id and status in ('pending', 'processing');
$$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
      and p.proname in ('settle_told_cost', 'note_attempt_cost', 'correct_usage', 'lost_today',
        'losses_beyond', 'end_attempts')
  loop
    execute format(
      'revoke all on function %s from public, anon, authenticated, service_role', v_function
    );
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
