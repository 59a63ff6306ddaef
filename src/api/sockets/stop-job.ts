import type { JobRow } from '../../contracts/rows.js';
import type { SocketDeps } from './deps.js';

/**
 * Stops a job through its project's writer, or in its row when nobody writes there any more (F1).
 * Listeners hear `cancelled` before this resolves. Returns the row afterwards; a job past its
 * commit point is still active or completed in it.
 */
export async function stopJob(
  { admitter, store, feeds }: Pick<SocketDeps, 'admitter' | 'store' | 'feeds'>,
  job: JobRow,
): Promise<JobRow | null> {
  const outcome = await admitter.cancel(job.project_id, job.id);
  if (outcome === 'noAnswer' || outcome === 'otherJob') await store.jobs.cancel(job.id);
  const row = await store.jobs.get(job.id);
  if (row?.status === 'cancelled') await feeds.cancelled(row);
  return row;
}
