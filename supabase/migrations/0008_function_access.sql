-- The functions of the files before this one are the server's own: default privileges hand every new function to everybody.
do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname in (
      'open_job', 'start_processing', 'start_attempt', 'take_slot', 'queue_position', 'note_progress',
      'complete_job', 'fail_job', 'cancel_job', 'publish_revision', 'list_versions',
      'open_action', 'complete_action', 'fail_action'
    )
  loop
    execute format('revoke all on function %s from public, anon, authenticated', v_function);
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end $$;
