import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { AppError, ERROR_POLICY } from '../../contracts/errors.js';
import { wrapActivities } from './wrap.js';

/**
 * Wraps every activity of a set so that our errors reach the workflow as typed failures: the kind
 * is the type, the policy table decides whether Temporal may try again.
 */
export function withTypedFailures<
  T extends Record<keyof T, (...args: never[]) => Promise<unknown>>,
>(activities: T): T {
  return wrapActivities(activities, async (run) => {
    try {
      return await run();
    } catch (error) {
      throw toFailure(error);
    }
  });
}

/** Not a kind of the policy table: Temporal itself gives the same attempt to another worker. */
const WORKER_SHUTDOWN = 'WorkerShutdown';

/** Ends an activity whose work goes on elsewhere and is taken up by another worker. */
export function workerShutdown(cause: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    type: WORKER_SHUTDOWN,
    message: 'the worker was shut down; another one goes on',
    ...(cause instanceof Error ? { cause } : {}),
  });
}

/** True for a failure that is none: the work goes on. */
export function isWorkerShutdown(error: unknown): boolean {
  return error instanceof ApplicationFailure && error.type === WORKER_SHUTDOWN;
}

function toFailure(error: unknown): unknown {
  if (
    error instanceof ApplicationFailure ||
    error instanceof CancelledFailure ||
    !(error instanceof AppError)
  )
    return error;
  return ApplicationFailure.create({
    type: error.kind,
    message: error.message,
    nonRetryable: !ERROR_POLICY[error.kind].retry,
    details: [error.details],
    cause: error,
  });
}
