import type { JobRow } from '../contracts/rows/rows.js';
import { cancelAction, type CancellableActions } from './cancel-action.js';

interface Stops {
  readonly jobs: { get(jobId: string): Promise<JobRow | null> };
  readonly actions: CancellableActions;
  /** Cancels a job; returns its row afterwards. */
  readonly stopJob: (job: JobRow) => Promise<JobRow | null>;
  /** Asks the workflow of an action to cancel it. */
  readonly askAction: Parameters<typeof cancelAction>[0];
}

/** Cancels the job or action with this id as its owner does (F1, H2); false = it is too late. */
export async function cancelWork(
  { jobs, actions, stopJob, askAction }: Stops,
  id: string,
): Promise<boolean> {
  const job = await jobs.get(id);
  if (job !== null) return (await stopJob(job))?.status === 'cancelled';
  return (await cancelAction(askAction, actions, id)) === 'cancelled';
}
