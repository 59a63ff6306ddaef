import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { AppError, ERROR_POLICY } from '../../contracts/errors.js';
import { asDiskFull } from '../../disk/disk-full.js';
import { wrapActivities } from './wrap.js';

/**
 * Wraps every activity of a set so that our errors reach the workflow as typed failures: the kind
 * is the type, the policy table decides whether Temporal may try again. A full disk is one of them,
 * whichever file had no room.
 */
export function withTypedFailures<
  T extends Record<keyof T, (...args: never[]) => Promise<unknown>>,
>(activities: T): T {
  return wrapActivities(activities, async (run) => {
    try {
      return await run();
    } catch (error) {
      throw toFailure(asDiskFull(error, String(error)));
    }
  });
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
