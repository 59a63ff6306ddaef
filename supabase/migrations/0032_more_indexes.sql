-- step: expand
-- The watch looks for open actions every 30 s (B3), among all that there were.
create index if not exists idx_actions_open on public.actions (created_at)
  where state in ('pending', 'processing');
-- A project that is removed is taken out of its notifications.
create index if not exists idx_notifications_project_id on public.notifications (project_id)
  where project_id is not null;
