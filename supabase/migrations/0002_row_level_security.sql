-- Who may see and change what, stated in full: policies that older sources left on these tables are dropped first, because
-- permissive policies add up. The caller's id is read through a scalar sub-select, so that it is computed once per statement.

do $$
declare
  v_table text;
  v_policy text;
begin
  foreach v_table in array array[
    'users', 'projects', 'assets', 'project_assets', 'chat_history', 'jobs', 'publish_drafts', 'activity_log', 'games'
  ] loop
    execute format('alter table public.%I enable row level security', v_table);
    -- What hosted Supabase grants by default; row-level security is the restriction.
    execute format('grant all on public.%I to anon, authenticated, service_role', v_table);
    for v_policy in select policyname from pg_policies where schemaname = 'public' and tablename = v_table loop
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
    or (is_global and (available_from is null or available_from <= now()) and (available_until is null or available_until >= now()))
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
  using (exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid())));
create policy project_assets_select_anon on public.project_assets for select to anon
  using (exists (select from public.projects p where p.id = project_id and p.is_public));
create policy project_assets_insert_own on public.project_assets for insert to authenticated
  with check (
    exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid()))
    and exists (select from public.assets a where a.id = asset_id and a.owner_id = (select auth.uid()) and not a.is_deleted)
  );
create policy project_assets_update_own on public.project_assets for update to authenticated
  using (exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid())))
  with check (
    exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid()))
    and exists (select from public.assets a where a.id = asset_id and a.owner_id = (select auth.uid()) and not a.is_deleted)
  );
create policy project_assets_delete_own on public.project_assets for delete to authenticated
  using (exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid())));

create policy chat_history_read_own on public.chat_history for select to authenticated
  using (exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid())));
create policy chat_history_select_anon on public.chat_history for select to anon
  using (exists (select from public.projects p where p.id = project_id and p.is_public));
create policy chat_history_insert_own on public.chat_history for insert to authenticated
  with check (exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid())));
create policy chat_history_delete_own on public.chat_history for delete to authenticated
  using (exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid())));

-- Jobs are changed by the service role only.
create policy jobs_read_own on public.jobs for select to authenticated
  using (user_id = (select auth.uid()));
create policy jobs_insert_own on public.jobs for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid()))
  );

create policy publish_drafts_read_own on public.publish_drafts for select to authenticated
  using (exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid())));
create policy publish_drafts_select_anon on public.publish_drafts for select to anon
  using (exists (select from public.projects p where p.id = project_id and p.is_public));
create policy publish_drafts_insert_own on public.publish_drafts for insert to authenticated
  with check (exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid())));
create policy publish_drafts_update_own on public.publish_drafts for update to authenticated
  using (exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid())))
  with check (exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid())));
create policy publish_drafts_delete_own on public.publish_drafts for delete to authenticated
  using (exists (select from public.projects p where p.id = project_id and p.user_id = (select auth.uid())));

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
