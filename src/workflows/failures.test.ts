import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
} from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { classifyFailure, retryDelayMs } from './failures.js';

const inActivity = (cause: Error) =>
  new ActivityFailure(
    'failed',
    'runAgent',
    '1',
    RetryState.MAXIMUM_ATTEMPTS_REACHED,
    'worker',
    cause,
  );

describe('what a failure means', () => {
  it.each([
    [
      'a typed failure keeps its kind',
      inActivity(ApplicationFailure.nonRetryable('no', 'ModelRefused')),
      'ModelRefused',
    ],
    [
      'a lost heartbeat is a crash',
      inActivity(new TimeoutFailure('t', undefined, 'HEARTBEAT')),
      'RunCrashed',
    ],
    [
      'an exceeded run is a time-out',
      inActivity(new TimeoutFailure('t', undefined, 'START_TO_CLOSE')),
      'RunTimedOut',
    ],
    [
      'an unknown type is ours',
      inActivity(ApplicationFailure.retryable('?', 'TypeError')),
      'OPERATION_FAILED',
    ],
    ['a cancellation stays one', inActivity(new CancelledFailure('c')), 'RunCancelled'],
  ] as const)('%s', (_name, error, kind) => {
    expect(classifyFailure(error).kind).toBe(kind);
  });
});

describe('when a run is tried again', () => {
  const failure = (
    kind: Parameters<typeof retryDelayMs>[0]['kind'],
    retryAfterMs: number | null = null,
  ) => ({ kind, detail: '', retryAfterMs });

  it('never after a refusal, a bad key, a time-out, or the third try', () => {
    for (const kind of [
      'ModelRefused',
      'ModelKeyInvalid',
      'RunTimedOut',
      'CandidateRefused',
      'RunCancelled',
    ] as const) {
      expect(retryDelayMs(failure(kind), 1)).toBeNull();
    }
    expect(retryDelayMs(failure('ModelOverloaded'), 3)).toBeNull();
  });

  it('at once after a crash, later and later after an overload, as told when the model said when', () => {
    expect(retryDelayMs(failure('RunCrashed'), 1)).toBe(0);
    expect([1, 2].map((tries) => retryDelayMs(failure('ModelOverloaded'), tries))).toEqual([
      2_000, 4_000,
    ]);
    expect(retryDelayMs(failure('ModelRateLimited', 7_000), 1)).toBe(7_000);
    expect(retryDelayMs(failure('ModelRateLimited', 3_600_000), 1)).toBe(30_000);
  });
});
