import type { ErrorKind } from '../contracts/errors.js';
import type { Backend } from '../contracts/workflows.js';
import { retryDelayMs, type Failure } from './failures.js';

/**
 * What becomes of a run after a failed try: again after a pause, once more on this machine, or
 * reported.
 */
export type NextTry = { next: 'again'; delayMs: number } | { next: 'local' } | { next: 'giveUp' };

/**
 * Failures that may be the place's and not the request's: after so many tries on Modal the run goes
 * on here (G1). A crash has had some before: Modal restarts a function whose container died,
 * Temporal re-attaches to a call whose worker died.
 */
const TRIES_ON_MODAL: Partial<Record<ErrorKind, number>> = {
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
 * A user waits at most ten seconds for a Modal that is down (G1): a try that took longer than this
 * is not made twice.
 */
const QUICK_TRY_MS = 4_000;
const QUICK_DELAY_MS = 500;

export interface FailedTry {
  backend: Backend;
  failure: Failure;
  /** Tries made on this backend so far, this one included. */
  tries: number;
  /** How long this one took. */
  tookMs: number;
}

/** The decision after a failed try; locally the policy table alone decides. */
export function nextTry({ backend, failure, tries, tookMs }: FailedTry): NextTry {
  const limit = backend === 'modal' ? TRIES_ON_MODAL[failure.kind] : undefined;
  if (limit === undefined) {
    const delayMs = retryDelayMs(failure, tries);
    return delayMs === null ? { next: 'giveUp' } : { next: 'again', delayMs };
  }
  const isTooSlow = failure.kind === 'ModalUnavailable' && tookMs > QUICK_TRY_MS;
  if (tries >= limit || isTooSlow) return { next: 'local' };
  if (failure.kind === 'ModalUnavailable') return { next: 'again', delayMs: QUICK_DELAY_MS };
  return { next: 'again', delayMs: retryDelayMs(failure, tries) ?? 0 };
}

/**
 * The part of a job's time that Modal leaves for a run on this machine, so that its last time-out
 * is not the job's.
 */
const LOCAL_RESERVE = 1 / 4;

/** Longest time of the next try, of what the job has left (F3); 0 or less = none there. */
export function tryLimitMs(backend: Backend, leftMs: number, jobTimeoutMs: number): number {
  return backend === 'local' ? leftMs : Math.floor(leftMs - jobTimeoutMs * LOCAL_RESERVE);
}
