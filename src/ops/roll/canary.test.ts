import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { whenFree, whyOf } from './canary.js';

const failed = (cause: Error): WorkflowFailedError =>
  new WorkflowFailedError('Workflow execution failed', cause, 'NON_RETRYABLE_FAILURE');
const refused = (type: string) => failed(ApplicationFailure.nonRetryable('of the job', type));

it('O4: a canary that failed is reported with what failed, and its type', () => {
  expect(whyOf(refused('SchemaMismatch'))).toBe('SchemaMismatch: of the job');
  expect(whyOf(failed(new TimeoutFailure('too slow', undefined, 'START_TO_CLOSE')))).toBe(
    'TimeoutFailure: too slow',
  );
  expect(whyOf(new Error('it did not end'))).toBe('it did not end');
});

it('O4: another job of its user is waited for, and then named: the build is not bad', async () => {
  let tries = 0;
  const busyOnce = async (): Promise<string> => {
    tries += 1;
    if (tries === 1) throw refused('USER_LIMIT_EXCEEDED');
    return 'made';
  };
  expect(await whenFree(busyOnce)).toBe('made');
  const busy = async (): Promise<string> => Promise.reject(refused('USER_LIMIT_EXCEEDED'));
  await expect(whenFree(busy, -1)).rejects.toThrow('its user has another job that goes on');
  const broken = async (): Promise<string> => Promise.reject(refused('GameBroken'));
  await expect(whenFree(broken)).rejects.toThrow('Workflow execution failed');
});
