import { ERROR_POLICY, type ErrorKind } from '../../contracts/errors.js';
import type { Backend } from '../../contracts/workflows.js';
import type { Failure } from './failures.js';

/**
 * What becomes of a run after a failed attempt: again after a pause, once more on this machine, or
 * reported.
 */
export type NextAttempt =
  { next: 'again'; delayMs: number } | { next: 'local' } | { next: 'giveUp' };

/**
 * Failures that may be the place's and not the request's: after so many attempts on Modal the run
 * goes on here (G1). A crash has had some before: Modal restarts a function whose container died,
 * Temporal re-attaches to a call whose worker died.
 */
const ATTEMPTS_ON_MODAL: Partial<Record<ErrorKind, number>> = {
  ModalUnavailable: 2,
  ModalQuota: 1,
  ModalOutdated: 1,
  VolumeBehind: 1,
  SandboxMissing: 1,
  ImageServiceMissing: 1,
  RunCrashed: 2,
  RunStalled: 3,
  RunTimedOut: 3,
  OPERATION_FAILED: 3,
};
/**
 * A user waits at most ten seconds for a Modal that is down (G1): an attempt that took longer than
 * this is not made twice.
 */
const QUICK_ATTEMPT_MS = 4_000;
const QUICK_DELAY_MS = 500;

export interface FailedAttempt {
  backend: Backend;
  failure: Failure;
  /** Attempts made on this backend so far, this one included. */
  attempts: number;
  /** How long this one took. */
  tookMs: number;
}

/** The decision after a failed attempt; locally the policy table alone decides. */
export function nextAttempt({ backend, failure, attempts, tookMs }: FailedAttempt): NextAttempt {
  const limit = backend === 'modal' ? ATTEMPTS_ON_MODAL[failure.kind] : undefined;
  if (limit === undefined) {
    const delayMs = retryDelayMs(failure, attempts);
    return delayMs === null ? { next: 'giveUp' } : { next: 'again', delayMs };
  }
  const isTooSlow = failure.kind === 'ModalUnavailable' && tookMs > QUICK_ATTEMPT_MS;
  if (attempts >= limit || isTooSlow) return { next: 'local' };
  if (failure.kind === 'ModalUnavailable') return { next: 'again', delayMs: QUICK_DELAY_MS };
  return { next: 'again', delayMs: retryDelayMs(failure, attempts) ?? 0 };
}

/**
 * The part of a job's time that Modal leaves for a run on this machine, so that its last time-out
 * is not the job's.
 */
const LOCAL_RESERVE = 1 / 4;

/** Longest time of the next attempt, of what the job has left (F3); 0 or less = none there. */
export function attemptLimitMs(backend: Backend, leftMs: number, jobTimeoutMs: number): number {
  return backend === 'local' ? leftMs : Math.floor(leftMs - jobTimeoutMs * LOCAL_RESERVE);
}

const MAX_ATTEMPTS = 3;
const FIRST_DELAY_MS = 2_000;
const MAX_DELAY_MS = 30_000;

/**
 * How long to wait before the next attempt, or null when there is none. `attempts` counts those
 * made so far.
 */
export function retryDelayMs(failure: Failure, attempts: number): number | null {
  if (!ERROR_POLICY[failure.kind].retry || attempts >= MAX_ATTEMPTS) return null;
  // A crashed or stalled run has waited long enough already.
  if (
    failure.kind === 'RunCrashed' ||
    failure.kind === 'RunStalled' ||
    failure.kind === 'CandidateInvalid'
  )
    return 0;
  return Math.min(failure.retryAfterMs ?? FIRST_DELAY_MS * 2 ** (attempts - 1), MAX_DELAY_MS);
}
