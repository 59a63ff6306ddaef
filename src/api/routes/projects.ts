import { Router } from 'express';
import { orNothing, type Store } from '../../store/index.js';
import type { Guards } from '../guards.js';
import { logOf } from '../request-log.js';

/** Own projects, and one of them as its raw row (rest.md §5). */
export function projectRoutes(guards: Guards, store: Pick<Store, 'asUser'>): Router {
  const router = Router();
  router.get(
    '/api/projects',
    guards.user(async (_req, res, { user }) => {
      res.json({
        projects: await orNothing(logOf(res), store.asUser(user.token).projects.list(user.id), []),
      });
    }),
  );
  router.get(
    '/api/projects/:projectId',
    guards.projectOwner((_req, res, { project }) => {
      res.json(project);
    }),
  );
  return router;
}
