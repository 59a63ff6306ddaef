import { ERROR_POLICY } from '../../contracts/base/errors.js';
import { specOf, type Backend } from '../../contracts/execution/backends.js';
import type { Failure } from './failures.js';

/** What follows a failed attempt: another one after a pause, one on `HOME_BACKEND`, or the end. */
export type NextAttempt =
  { next: 'again'; delayMs: number } | { next: 'fallback' } | { next: 'giveUp' };

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

/** The decision after a failed attempt; without a limit in the spec, by the policy table alone. */
export function nextAttempt({ backend, failure, attempts, tookMs }: FailedAttempt): NextAttempt {
  const limit = specOf(backend).attempts[failure.kind];
  if (limit === undefined) {
    const delayMs = retryDelayMs(failure, attempts);
    return delayMs === null ? { next: 'giveUp' } : { next: 'again', delayMs };
  }
  const isTooSlow = failure.kind === 'ModalUnavailable' && tookMs > QUICK_ATTEMPT_MS;
  if (attempts >= limit || isTooSlow) return { next: 'fallback' };
  if (failure.kind === 'ModalUnavailable') return { next: 'again', delayMs: QUICK_DELAY_MS };
  return { next: 'again', delayMs: retryDelayMs(failure, attempts) ?? 0 };
}

/** Longest time of the next attempt, of what the job has left (F3); 0 or less = none there. */
export function attemptLimitMs(backend: Backend, leftMs: number, jobTimeoutMs: number): number {
  return leftMs - Math.ceil(jobTimeoutMs * specOf(backend).reservedShare);
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
