import { isGrpcServiceError, type Client } from '@temporalio/client';
import { withTimeout } from '../concurrency.js';
import { isUnavailable, unavailable } from '../contracts/base/errors.js';

/** gRPC: cancelled, deadline exceeded, unavailable. */
const AWAY_CODES = [1, 4, 14];

/**
 * Whether a request failed because the database, the sign-in service or Temporal is unavailable:
 * that is no answer, and the request may be sent again.
 */
export function isAway(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause)
    if (isUnavailable(each) || (isGrpcServiceError(each) && AWAY_CODES.includes(each.code)))
      return true;
  return false;
}

/** The client gets an answer within 5 s when Temporal is unavailable, row and token included. */
export const ANSWER_WITHIN_MS = 4_000;

/** What `ask` finds out of Temporal; rejects as unavailable when that takes longer. */
export function askTemporal<T>(client: Client, ms: number, ask: () => Promise<T>): Promise<T> {
  // The client's own tries look at the deadline between two of them only.
  return withTimeout(client.withDeadline(Date.now() + ms, ask), ms, () =>
    unavailable('Temporal does not answer'),
  );
}
