import { ApplicationFailure } from '@temporalio/activity';
import { WORKER_SHUTDOWN, type WorkerShutdownDetails } from '../../contracts/workflows.js';

const handingOver = new AbortController();

/**
 * Aborts when this process may not finish what it has begun: it was told to stop a second time, or
 * its time for that is over (I5).
 */
export const handOverSignal = handingOver.signal;

/** Ends all work of this process; other workers go on with it or begin it anew. */
export function handOver(): void {
  handingOver.abort();
}

/**
 * Ends an activity because its worker is shut down: that is no failure of the work and costs no
 * try. `cause` may tell what the work has cost.
 */
export function workerShutdown(details: WorkerShutdownDetails, cause: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    type: WORKER_SHUTDOWN,
    message: `the worker was shut down; the work ${details.goesOn ? 'goes on' : 'was cut'}`,
    details: [details],
    ...(cause instanceof Error ? { cause } : {}),
  });
}

/** True for the end of an activity whose work goes on and is taken up by another worker. */
export function goesOnElsewhere(error: unknown): boolean {
  if (!(error instanceof ApplicationFailure) || error.type !== WORKER_SHUTDOWN) return false;
  const [details] = (error.details ?? []) as Partial<WorkerShutdownDetails>[];
  return details?.goesOn === true;
}
