import { Router } from 'express';
import { isUuid } from '../../contracts/ids.js';
import type { Store } from '../../store/index.js';
import { refuse, type Guards } from '../guards/route-guards.js';

/** What a user is told beside his games (rest.md §12). */
export function notificationRoutes({
  guards,
  store: { notifications },
}: {
  guards: Guards;
  store: Pick<Store, 'notifications'>;
}): Router {
  const router = Router();
  router.get(
    '/api/notifications',
    guards.user(async (_req, res, { user }) => {
      res.json({ notifications: await notifications.list(user.id) });
    }),
  );
  router.post(
    '/api/notifications/read-all',
    guards.user(async (_req, res, { user }) => {
      await notifications.readAll(user.id);
      res.json({ success: true });
    }),
  );
  router.post(
    '/api/notifications/:id/read',
    guards.user(async (req, res, { user }) => {
      const { id } = req.params;
      if (!isUuid(id)) return refuse(res, 400, 'Invalid notification ID');
      if (await notifications.read(user.id, id)) res.json({ success: true });
      else refuse(res, 404, 'Notification not found');
    }),
  );
  return router;
}
