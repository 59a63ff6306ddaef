import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { DreamError, ERROR_POLICY } from '../contracts/errors.js';

type Activity<A extends unknown[], R> = (...args: A) => Promise<R>;

/**
 * Wraps every activity of a set so that our errors reach the workflow as typed failures: the kind is the type,
 * the policy table decides whether Temporal may try again.
 */
export function withTypedFailures<T extends Record<keyof T, Activity<never[], unknown>>>(activities: T): T {
  const entries = Object.entries(activities) as [keyof T, Activity<unknown[], unknown>][];
  return Object.fromEntries(entries.map(([name, run]) => [name, async (...args: unknown[]) => {
    try {
      return await run(...args);
    } catch (error) {
      throw toFailure(error);
    }
  }])) as unknown as T;
}

function toFailure(error: unknown): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure || !(error instanceof DreamError)) return error;
  return ApplicationFailure.create({
    type: error.kind, message: error.message, nonRetryable: !ERROR_POLICY[error.kind].retry, details: [error.details], cause: error,
  });
}
