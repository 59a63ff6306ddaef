import { Router } from 'express';
import { JobsQuery } from '../../contracts/http.js';
import type { JobRow } from '../../contracts/rows.js';
import { orNothing, type Store } from '../../store/index.js';
import type { Guards } from '../guards/route-guards.js';
import { logOf } from '../http/request-log.js';

/**
 * Stops a job as the socket's `cancel` does; resolves with the row when that is known to be under
 * way or too late.
 */
export type CancelJob = (job: JobRow) => Promise<JobRow | null>;

/**
 * Job rows, read and stopped by their owner (rest.md §4). Jobs are made over the WebSocket only.
 */
export function jobRoutes({
  guards,
  store,
  cancelJob,
}: {
  guards: Guards;
  store: Pick<Store, 'jobs'>;
  cancelJob: CancelJob;
}): Router {
  const router = Router();
  router.get(
    '/api/jobs/:jobId',
    guards.jobOwner((_req, res, { job }) => {
      res.json(job);
    }),
  );
  router.post(
    '/api/jobs/:jobId/cancel',
    guards.jobOwner(async (_req, res, { job }) => {
      await cancelJob(job);
      res.json({ success: true, job: {} });
    }),
  );
  router.get(
    '/api/projects/:projectId/active-job',
    guards.projectOwner(async (_req, res, { project }) => {
      res.json({ job: await orNothing(logOf(res), store.jobs.active(project.id), null) });
    }),
  );
  router.get(
    '/api/projects/:projectId/jobs',
    guards.projectOwner(async (req, res, { project }) => {
      const { limit } = JobsQuery.parse(req.query);
      res.json({
        jobs:
          limit === 0 ? [] : await orNothing(logOf(res), store.jobs.list(project.id, limit), []),
      });
    }),
  );
  return router;
}
