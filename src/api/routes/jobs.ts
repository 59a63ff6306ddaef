import type { JOB_ROUTES } from '../../contracts/http-routes/jobs.js';
import type { JobRow } from '../../contracts/rows/rows.js';
import { orNothing, type Store } from '../../store/index.js';
import type { Handlers } from '../http/mount.js';
import { logOf } from '../http/request-log.js';

/**
 * Cancels a job as the socket's `cancel` does; resolves with the row when that is known to be under
 * way or too late.
 */
export type CancelJob = (job: JobRow) => Promise<JobRow | null>;

/**
 * Job rows, read and cancelled by their owner (rest.md §4). Jobs are made over the WebSocket only.
 */
export function jobHandlers({
  store: { jobs },
  cancelJob,
}: {
  store: Pick<Store, 'jobs'>;
  cancelJob: CancelJob;
}): Handlers<typeof JOB_ROUTES> {
  return {
    job: ({ job }) => job,
    async cancelJob({ job }) {
      await cancelJob(job);
      return { success: true, job: {} };
    },
    activeJob: async ({ res, project }) => ({
      job: await orNothing(logOf(res), jobs.active(project.id), null),
    }),
    listJobs: async ({ res, project, query: { limit } }) => ({
      jobs: limit === 0 ? [] : await orNothing(logOf(res), jobs.list(project.id, limit), []),
    }),
  };
}
