import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
} from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { WORKER_DIED } from '../../contracts/durable/workflows.js';
import { classifyFailure } from './failures.js';

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
      'a killed worker is a crash',
      inActivity(ApplicationFailure.retryable('?', WORKER_DIED)),
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
