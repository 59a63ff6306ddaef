import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../contracts/base/errors.js';
import { typedFailureInterceptor } from './typed-failures.js';

const logger = new DefaultLogger('ERROR');

describe('failures of activities', () => {
  const env = new MockActivityEnvironment({}, { interceptors: [typedFailureInterceptor], logger });
  const failWith = (error: unknown) =>
    env.run(() => Promise.reject(error as Error)).catch((reason: unknown) => reason);

  it('carry the kind as type, and are tried again only when the policy says so', async () => {
    expect(await failWith(new AppError('ModelRefused', 'no'))).toMatchObject({
      type: 'ModelRefused',
      nonRetryable: true,
      message: 'no',
    });
    expect(
      await failWith(new AppError('ModelRateLimited', 'later', { retryAfterMs: 5 })),
    ).toMatchObject({
      type: 'ModelRateLimited',
      nonRetryable: false,
      details: [{ retryAfterMs: 5 }],
    });
  });

  it.each(['ENOSPC', 'EDQUOT'])('a disk without space is DiskFull: %s', async (code) => {
    const error = Object.assign(new Error('write'), { code });
    expect(await failWith(error)).toMatchObject({ type: 'DiskFull', nonRetryable: true });
  });

  it('that are not ours pass unchanged', async () => {
    const failure = ApplicationFailure.nonRetryable('x', 'Y');
    expect(await failWith(failure)).toBe(failure);
    const bug = new TypeError('bug');
    expect(await failWith(bug)).toBe(bug);
  });
});
