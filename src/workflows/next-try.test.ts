import { describe, expect, it } from 'vitest';
import { ERROR_POLICY, type ErrorKind } from '../contracts/errors.js';
import { nextTry, tryLimitMs } from './next-try.js';

const after = (
  kind: ErrorKind,
  tries: number,
  tookMs = 100,
  backend: 'modal' | 'local' = 'modal',
) => nextTry({ backend, failure: { kind, detail: '', retryAfterMs: null }, tries, tookMs }).next;

const FALLS_BACK = [
  'ModalUnavailable',
  'ModalQuota',
  'ModalOutdated',
  'VolumeBehind',
  'SandboxMissing',
  'ImageServiceMissing',
  'RunStalled',
  'RunTimedOut',
  'RunCrashed',
  'OPERATION_FAILED',
] as const;

describe('G1: after a failed try on Modal', () => {
  it.each([
    ['ModalUnavailable', 2],
    ['ModalQuota', 1],
    ['ModalOutdated', 1],
    ['VolumeBehind', 1],
    ['SandboxMissing', 1],
    ['ImageServiceMissing', 1],
    ['RunCrashed', 2],
    ['RunStalled', 3],
    ['RunTimedOut', 3],
    ['OPERATION_FAILED', 3],
  ] as const)('%s goes on here after %i tries, not before', (kind, limit) => {
    for (let tries = 1; tries < limit; tries += 1) expect(after(kind, tries)).toBe('again');
    expect(after(kind, limit)).toBe('local');
  });

  it('never goes on here after a bad prompt, a refusal, a cancel, or anything else that would be the same here', () => {
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
      for (const tries of [1, 2, 3, 4]) expect(after(kind, tries)).not.toBe('local');
    for (const kind of [
      'ModelBadRequest',
      'ModelRefused',
      'CandidateRefused',
      'RunCancelled',
      'RunSuperseded',
    ] as const)
      expect(after(kind, 1)).toBe('giveUp');
  });

  it('asks an absent Modal a second time only while the user has not waited long', () => {
    expect(after('ModalUnavailable', 1, 3_000)).toBe('again');
    expect(after('ModalUnavailable', 1, 5_500)).toBe('local');
  });

  it('is over for good here: what fails locally is tried again or reported', () => {
    for (const kind of Object.keys(ERROR_POLICY) as ErrorKind[]) {
      expect(after(kind, 1, 0, 'local')).toBe(ERROR_POLICY[kind].retry ? 'again' : 'giveUp');
      expect(after(kind, 3, 0, 'local')).toBe('giveUp');
    }
  });
});

describe('F3: the time of a try', () => {
  it('here is all that the job has left, on Modal less what a run here would need', () => {
    expect(tryLimitMs('local', 600_000, 600_000)).toBe(600_000);
    expect(tryLimitMs('modal', 600_000, 600_000)).toBe(450_000);
    expect(tryLimitMs('modal', 150_000, 600_000)).toBe(0);
  });
});
