import { isGrpcServiceError } from '@temporalio/client';
import { isUnavailable } from '../contracts/base/errors.js';

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
