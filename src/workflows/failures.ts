import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import { ERROR_POLICY, isErrorKind, type ErrorKind } from '../contracts/errors.js';

export interface Failure {
  kind: ErrorKind;
  detail: string;
  retryAfterMs: number | null;
}

/**
 * What went wrong, in the words of the policy table; a dead worker is a crash, an exceeded limit a
 * time-out.
 */
export function classifyFailure(error: unknown): Failure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) {
    const kind =
      cause.timeoutType === 'START_TO_CLOSE' || cause.timeoutType === 'SCHEDULE_TO_CLOSE'
        ? 'RunTimedOut'
        : 'RunCrashed';
    return {
      kind,
      detail: `activity ${cause.timeoutType ?? 'unknown'} time-out`,
      retryAfterMs: null,
    };
  }
  if (cause instanceof ApplicationFailure && isErrorKind(cause.type)) {
    const [details] = (cause.details ?? []) as { retryAfterMs?: number }[];
    return { kind: cause.type, detail: cause.message, retryAfterMs: details?.retryAfterMs ?? null };
  }
  if (isCancellation(error))
    return { kind: 'RunCancelled', detail: 'cancelled', retryAfterMs: null };
  return {
    kind: 'OPERATION_FAILED',
    detail: cause instanceof Error ? cause.message : String(cause),
    retryAfterMs: null,
  };
}

const MAX_TRIES = 3;
const FIRST_DELAY_MS = 2_000;
const MAX_DELAY_MS = 30_000;

/**
 * How long to wait before the next try of a run, or null when there is none. `tries` counts those
 * made so far.
 */
export function retryDelayMs(failure: Failure, tries: number): number | null {
  if (!ERROR_POLICY[failure.kind].retry || tries >= MAX_TRIES) return null;
  // A crashed or stalled run has waited long enough already.
  if (
    failure.kind === 'RunCrashed' ||
    failure.kind === 'RunStalled' ||
    failure.kind === 'CandidateInvalid'
  )
    return 0;
  return Math.min(failure.retryAfterMs ?? FIRST_DELAY_MS * 2 ** (tries - 1), MAX_DELAY_MS);
}
