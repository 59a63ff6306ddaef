import { Router } from 'express';
import type { Guards } from '../guards.js';
import type { HttpStore } from '../http-store.js';

/** Own projects, and one of them as its raw row (rest.md §5). */
export function projectRoutes(guards: Guards, store: Pick<HttpStore, 'listProjects'>): Router {
  const router = Router();
  router.get('/api/projects', guards.user(async (_req, res, { user }) => {
    res.json({ projects: await store.listProjects(user) });
  }));
  router.get('/api/projects/:projectId', guards.projectOwner((_req, res, { project }) => {
    res.json(project);
  }));
  return router;
}
