import type { Client } from '@temporalio/client';
import { projectWorkflowId } from '../contracts/base/ids.js';
import type { JobRow } from '../contracts/rows/rows.js';
import type { CancelAnswer } from '../contracts/rows/actions.js';
import { CANCEL_UPDATE, type CancelRequest } from '../contracts/durable/workflows.js';
import type { Log } from '../telemetry/log.js';
import { classifyTry } from './failed-tries.js';

const CANCEL_TIMEOUT_MS = 4_500;

/** `noAnswer`: no writer of the project can be reached. */
export type CancelOutcome = CancelAnswer['outcome'] | 'noAnswer';

/** Rows of jobs, as far as a cancel needs them. */
export interface CancellableJobs {
  get(jobId: string): Promise<JobRow | null>;
  cancel(jobId: string): Promise<'cancelled' | 'too_late'>;
}

/** Asks the project's writer to stop this job (F1). Never throws. */
export async function askWriterToCancel(
  temporal: Client,
  log: Log,
  projectId: string,
  jobId: string,
): Promise<CancelOutcome> {
  const handle = temporal.workflow.getHandle(projectWorkflowId(projectId));
  try {
    const { outcome } = await temporal.withDeadline(Date.now() + CANCEL_TIMEOUT_MS, () =>
      handle.executeUpdate<CancelAnswer, [CancelRequest]>(CANCEL_UPDATE, { args: [{ jobId }] }),
    );
    return outcome;
  } catch (error) {
    if (classifyTry(error).kind === 'broken')
      log.error({ err: error, projectId, jobId }, 'cancelling through the workflow failed');
    return 'noAnswer';
  }
}

/**
 * Cancels a job through its project's writer, or in its row when there is no writer (F1).
 * Returns the row afterwards; a job past its commit point is still active or completed in it.
 */
export async function cancelJob(
  ask: (projectId: string, jobId: string) => Promise<CancelOutcome>,
  jobs: CancellableJobs,
  job: Pick<JobRow, 'id' | 'project_id'>,
): Promise<JobRow | null> {
  const outcome = await ask(job.project_id, job.id);
  if (outcome === 'noAnswer' || outcome === 'otherJob') await jobs.cancel(job.id);
  return jobs.get(job.id);
}
