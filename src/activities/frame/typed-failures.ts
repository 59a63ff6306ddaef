import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { AppError, ERROR_POLICY } from '../../contracts/base/errors.js';
import { asDiskFull } from '../../disk/disk-full.js';

/**
 * Turns errors of ours into typed failures: the kind is the failure's type, the policy table
 * decides whether Temporal may retry. A full disk is `DiskFull`, whichever file had no room.
 */
export const typedFailureInterceptor: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        throw toFailure(asDiskFull(error, String(error)));
      }
    },
  },
});

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
