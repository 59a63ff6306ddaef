-- Who may see and change what, stated in full. Row-level security is the restriction on tables: the
-- roles hold all table privileges, as on hosted Supabase. The caller's id is read through a scalar
-- sub-select, computed once per statement.

do $$
declare
  v_table text;
  v_policy text;
begin
  foreach v_table in array array[
    'users', 'projects', 'assets', 'project_assets', 'chat_history', 'jobs', 'publish_drafts',
    'activity_log', 'games', 'actions', 'revisions', 'game_likes', 'notifications',
    'notification_reads', 'usage_events', 'volume_sizes', 'push_subscriptions', 'takedowns',
    -- The server's own: no policy, so that nobody but the service role reads or writes them.
    'game_plays', 'modal_calls', 'alerts', 'backend_state', 'volume_heads', 'watch_state',
    'project_changes', 'audit_log'
  ] loop
    execute format('alter table public.%I enable row level security', v_table);
    execute format('grant all on public.%I to anon, authenticated, service_role', v_table);
    -- Permissive policies add up: what older sources left is dropped first.
    for v_policy in
      select policyname from pg_policies where schemaname = 'public' and tablename = v_table
    loop
      execute format('drop policy %I on public.%I', v_policy, v_table);
    end loop;
  end loop;
end $$;

create policy users_read_own on public.users for select to authenticated
  using (id = (select auth.uid()));
create policy users_update_own on public.users for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()));

create policy projects_read_own on public.projects for select to authenticated
  using (user_id = (select auth.uid()));
create policy projects_select_anon on public.projects for select to anon
  using (is_public);
create policy projects_insert_own on public.projects for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy projects_update_own on public.projects for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy projects_delete_own on public.projects for delete to authenticated
  using (user_id = (select auth.uid()));

create policy assets_select_authenticated on public.assets for select to authenticated
  using (not is_deleted and (
    owner_id = (select auth.uid())
    or is_public
    or (is_global and (available_from is null or available_from <= now())
      and (available_until is null or available_until >= now()))
  ));
create policy assets_select_anon on public.assets for select to anon
  using (not is_deleted and (is_public or is_global));
create policy assets_insert_own on public.assets for insert to authenticated
  with check (owner_id = (select auth.uid()));
create policy assets_update_own on public.assets for update to authenticated
  using (owner_id = (select auth.uid())) with check (owner_id = (select auth.uid()));
create policy assets_delete_own on public.assets for delete to authenticated
  using (owner_id = (select auth.uid()));

create policy project_assets_read_own on public.project_assets for select to authenticated
  using (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())));
create policy project_assets_select_anon on public.project_assets for select to anon
  using (exists (select from public.projects p where p.id = project_id and p.is_public));
create policy project_assets_insert_own on public.project_assets for insert to authenticated
  with check (
    exists (select from public.projects p where p.id = project_id
      and p.user_id = (select auth.uid()))
    and exists (select from public.assets a where a.id = asset_id
      and a.owner_id = (select auth.uid()) and not a.is_deleted)
  );
create policy project_assets_update_own on public.project_assets for update to authenticated
  using (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())))
  with check (
    exists (select from public.projects p where p.id = project_id
      and p.user_id = (select auth.uid()))
    and exists (select from public.assets a where a.id = asset_id
      and a.owner_id = (select auth.uid()) and not a.is_deleted)
  );
create policy project_assets_delete_own on public.project_assets for delete to authenticated
  using (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())));

create policy chat_history_read_own on public.chat_history for select to authenticated
  using (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())));
create policy chat_history_select_anon on public.chat_history for select to anon
  using (exists (select from public.projects p where p.id = project_id and p.is_public));
create policy chat_history_insert_own on public.chat_history for insert to authenticated
  with check (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())));
create policy chat_history_delete_own on public.chat_history for delete to authenticated
  using (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())));

-- Jobs are changed by the service role only.
create policy jobs_read_own on public.jobs for select to authenticated
  using (user_id = (select auth.uid()));
create policy jobs_insert_own on public.jobs for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and exists (select from public.projects p where p.id = project_id
      and p.user_id = (select auth.uid()))
  );

create policy publish_drafts_read_own on public.publish_drafts for select to authenticated
  using (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())));
create policy publish_drafts_select_anon on public.publish_drafts for select to anon
  using (exists (select from public.projects p where p.id = project_id and p.is_public));
create policy publish_drafts_insert_own on public.publish_drafts for insert to authenticated
  with check (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())));
create policy publish_drafts_update_own on public.publish_drafts for update to authenticated
  using (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())))
  with check (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())));
create policy publish_drafts_delete_own on public.publish_drafts for delete to authenticated
  using (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())));

create policy activity_log_read_own on public.activity_log for select to authenticated
  using (user_id = (select auth.uid()));
create policy activity_log_insert_own on public.activity_log for insert to authenticated
  with check (user_id = (select auth.uid()));

create policy games_read_own on public.games for select to authenticated
  using (user_id = (select auth.uid()));
create policy games_insert_own on public.games for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy games_update_own on public.games for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy games_delete_own on public.games for delete to authenticated
  using (user_id = (select auth.uid()));

create policy takedowns_read_own on public.takedowns for select to authenticated
  using (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())));

create policy actions_read_own on public.actions for select to authenticated
  using (user_id = (select auth.uid()));
create policy revisions_read_own on public.revisions for select to authenticated
  using (exists (select from public.projects p where p.id = project_id
    and p.user_id = (select auth.uid())));

create policy usage_events_read_own on public.usage_events for select to authenticated
  using (user_id = (select auth.uid()));
create policy volume_sizes_read_own on public.volume_sizes for select to authenticated
  using (user_id = (select auth.uid()));

create policy game_likes_read_own on public.game_likes for select to authenticated
  using (user_id = (select auth.uid()));
create policy notifications_read_own on public.notifications for select to authenticated
  using (user_id is null or user_id = (select auth.uid()));
create policy notification_reads_read_own on public.notification_reads for select to authenticated
  using (user_id = (select auth.uid()));
create policy push_subscriptions_read_own on public.push_subscriptions for select to authenticated
  using (user_id = (select auth.uid()));

revoke all on sequence public.jobs_queue_no_seq from public, anon, authenticated;
grant usage on sequence public.jobs_queue_no_seq to service_role;
grant usage on schema dreamcore to service_role;

-- Default privileges hand every new function to everybody. The functions of this chain are the
-- server's own, but for four, which run with their caller's rights or check them.
do $$
declare
  v_function regprocedure;
  v_name text;
begin
  for v_function, v_name in
    select p.oid::regprocedure, p.proname from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname in (
      -- jobs
      'open_job', 'start_processing', 'start_attempt', 'take_slot', 'queue_position',
      'note_progress', 'note_try', 'complete_job', 'complete_job_minimally', 'fail_job',
      'cancel_job',
      -- versions and actions
      'publish_revision', 'list_versions', 'mark_version', 'open_action', 'note_action_progress',
      'complete_action', 'fail_action', 'cancel_action',
      -- usage
      'usage_day_start', 'spent_today', 'release_reservations', 'reserve_attempt',
      'spent_on_job', 'settle_attempt', 'told_broken', 'refused_by_limit', 'reserve_step',
      'spent_beside_runs', 'reserve_beside_runs',
      'settle_action_usage',
      'release_attempt', 'settle_job_usage', 'record_call', 'usage_summary', 'modal_health',
      'open_work', 'orphaned_calls', 'replication_targets', 'users_with_volume_leftovers',
      -- assets and projects
      'create_asset', 'list_assets', 'list_projects', 'page_projects', 'soft_delete_asset',
      'changed_projects',
      -- publishing
      'game_card', 'published_game', 'search_public_games', 'list_public_games', 'publish_game',
      'create_remix',
      'like_game', 'count_play', 'list_notifications', 'read_notifications',
      'keep_push_subscription'
    )
  loop
    execute format(
      'revoke all on function %s from public, anon, authenticated, service_role', v_function
    );
    if v_name in ('list_assets', 'list_projects', 'page_projects', 'soft_delete_asset') then
      execute format('grant execute on function %s to authenticated', v_function);
    end if;
    if v_name <> 'soft_delete_asset' then
      execute format('grant execute on function %s to service_role', v_function);
    end if;
  end loop;
end $$;
