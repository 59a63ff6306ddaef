import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, RetryState } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { classifyTry } from './failed-tries.js';

const grpc = (code: number) =>
  Object.assign(new Error('rpc'), { code, details: 'rpc', metadata: {} });
const failed = (cause: Error) => new WorkflowUpdateFailedError('Workflow Update failed', cause);

describe('A6: what a failed try means', () => {
  it.each([
    [
      'a writer that is closing',
      failed(ApplicationFailure.nonRetryable('x', 'JobClosing')),
      { kind: 'again' },
    ],
    [
      'a run that ended meanwhile',
      failed(ApplicationFailure.nonRetryable('x', 'AcceptedUpdateCompletedWorkflow')),
      { kind: 'again' },
    ],
    ['gRPC 5', grpc(5), { kind: 'again' }],
    ['gRPC 9', new Error('wrapped', { cause: grpc(9) }), { kind: 'again' }],
    ['gRPC 10', grpc(10), { kind: 'again' }],
    ['gRPC 14', grpc(14), { kind: 'again' }],
    [
      'a workflow that is not there',
      new WorkflowNotFoundError('x', 'id', undefined),
      { kind: 'again' },
    ],
    ['a deadline', new WorkflowUpdateRPCTimeoutOrCancelledError('x'), { kind: 'timedOut' }],
    ['gRPC 4', grpc(4), { kind: 'timedOut' }],
    [
      'the user limit',
      failed(ApplicationFailure.nonRetryable('x', 'USER_LIMIT_EXCEEDED')),
      { kind: 'refused', code: 'USER_LIMIT_EXCEEDED' },
    ],
    [
      'the system limit behind an activity',
      failed(
        new ActivityFailure(
          'x',
          'openJob',
          '1',
          RetryState.NON_RETRYABLE_FAILURE,
          'w',
          ApplicationFailure.nonRetryable('x', 'SYSTEM_LIMIT_EXCEEDED'),
        ),
      ),
      { kind: 'refused', code: 'SYSTEM_LIMIT_EXCEEDED' },
    ],
    [
      'a project that is being deleted',
      failed(ApplicationFailure.nonRetryable('x', 'ACCESS_DENIED')),
      { kind: 'refused', code: 'ACCESS_DENIED' },
    ],
    [
      'any other failure',
      failed(ApplicationFailure.nonRetryable('x', 'TypeError')),
      { kind: 'broken' },
    ],
    ['gRPC 3', grpc(3), { kind: 'broken' }],
  ])('%s', (_name, error, expected) => {
    expect(classifyTry(error)).toEqual(expected);
  });
});
