import { describe, expect, it } from 'vitest';
import { ERROR_POLICY, type ErrorKind } from '../../contracts/base/errors.js';
import { nextAttempt, attemptLimitMs, retryDelayMs } from './next-attempt.js';

const after = (
  kind: ErrorKind,
  attempts: number,
  tookMs = 100,
  backend: 'modal' | 'local' = 'modal',
) =>
  nextAttempt({ backend, failure: { kind, detail: '', retryAfterMs: null }, attempts, tookMs })
    .next;

const FALLS_BACK = [
  'ModalUnavailable',
  'ModalQuota',
  'ModalOutdated',
  'SandboxMissing',
  'ImageServiceMissing',
  'RunStalled',
  'RunTimedOut',
  'RunCrashed',
  'OPERATION_FAILED',
] as const;

describe('G1: after a failed attempt on Modal', () => {
  it.each([
    ['ModalUnavailable', 2],
    ['ModalQuota', 1],
    ['ModalOutdated', 1],
    ['SandboxMissing', 1],
    ['ImageServiceMissing', 1],
    ['RunCrashed', 2],
    ['RunStalled', 3],
    ['RunTimedOut', 3],
    ['OPERATION_FAILED', 3],
  ] as const)('%s goes on here after %i attempts, not before', (kind, limit) => {
    for (let attempts = 1; attempts < limit; attempts += 1)
      expect(after(kind, attempts)).toBe('again');
    expect(after(kind, limit)).toBe('fallback');
  });

  it(
    'never goes on here after a bad prompt, a refusal, a cancel, or anything else that would ' +
      'be the same here',
    () => {
      const others = (Object.keys(ERROR_POLICY) as ErrorKind[]).filter(
        (kind) => !(FALLS_BACK as readonly ErrorKind[]).includes(kind),
      );
      expect(others).toEqual(
        expect.arrayContaining([
          'ModelBadRequest',
          'ModelRefused',
          'CandidateRefused',
          'RunCancelled',
          'RunSuperseded',
          'ModelKeyInvalid',
        ]),
      );
      for (const kind of others)
        for (const attempts of [1, 2, 3, 4]) expect(after(kind, attempts)).not.toBe('fallback');
      for (const kind of [
        'ModelBadRequest',
        'ModelRefused',
        'CandidateRefused',
        'RunCancelled',
        'RunSuperseded',
      ] as const)
        expect(after(kind, 1)).toBe('giveUp');
    },
  );

  it('asks an absent Modal a second time only while the user has not waited long', () => {
    expect(after('ModalUnavailable', 1, 3_000)).toBe('again');
    expect(after('ModalUnavailable', 1, 5_500)).toBe('fallback');
  });

  it('is over for good here: what fails locally is tried again or reported', () => {
    for (const kind of Object.keys(ERROR_POLICY) as ErrorKind[]) {
      expect(after(kind, 1, 0, 'local')).toBe(ERROR_POLICY[kind].retry ? 'again' : 'giveUp');
      expect(after(kind, 3, 0, 'local')).toBe('giveUp');
    }
  });
});

describe('F3: the time of an attempt', () => {
  it('here is all that the job has left, on Modal less what a run here would need', () => {
    expect(attemptLimitMs('local', 600_000, 600_000)).toBe(600_000);
    expect(attemptLimitMs('modal', 600_000, 600_000)).toBe(450_000);
    expect(attemptLimitMs('modal', 150_000, 600_000)).toBe(0);
  });
});

describe('when a run is tried again', () => {
  const failure = (
    kind: Parameters<typeof retryDelayMs>[0]['kind'],
    retryAfterMs: number | null = null,
  ) => ({ kind, detail: '', retryAfterMs });

  it('never after a refusal, a bad key, a time-out, or the third attempt', () => {
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

  it(
    'at once after a crash, later and later after an overload, as told when the model said ' +
      'when',
    () => {
      expect(retryDelayMs(failure('RunCrashed'), 1)).toBe(0);
      expect([1, 2].map((attempts) => retryDelayMs(failure('ModelOverloaded'), attempts))).toEqual([
        2_000, 4_000,
      ]);
      expect(retryDelayMs(failure('ModelRateLimited', 7_000), 1)).toBe(7_000);
      expect(retryDelayMs(failure('ModelRateLimited', 3_600_000), 1)).toBe(30_000);
    },
  );
});
