import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../contracts/base/errors.js';
import { pollDelayMs } from './call.js';
import { callbackBaseUrl } from './host.js';
import { toAppError } from './errors.js';
import { priceUsd, RESERVED } from './price.js';
import { pollIntervalMs, stalledBecause } from '../frame/stall-detector.js';

const named = (name: string, message: string, fields: object = {}): Error =>
  Object.assign(new Error(message), { name, ...fields });

describe('what the SDK throws, by our own kinds', () => {
  it.each([
    [
      named(
        'RemoteError',
        'Remote error: AppError{"kind": "ModelRefused", "message": "いいえ", "seconds": 2.5}',
      ),
      { kind: 'ModelRefused', message: 'いいえ', details: { seconds: 2.5 } },
    ],
    [
      named(
        'RemoteError',
        'Remote error: AppError{"kind": "ModelRateLimited", "message": "x", "retryAfterMs": 7}',
      ),
      { kind: 'ModelRateLimited', details: { retryAfterMs: 7 } },
    ],
    [
      named('RemoteError', 'Remote error: AppError{"kind": "NoSuchKind", "message": "x"}'),
      { kind: 'RunCrashed' },
    ],
    [named('RemoteError', 'Remote error: AppError{"kind": '), { kind: 'RunCrashed' }],
    [
      named('RemoteError', 'Remote error: '),
      { kind: 'RunCrashed', message: 'the call was ended from outside' },
    ],
    [named('FunctionTimeoutError', 'Timeout: x'), { kind: 'RunTimedOut' }],
    [named('NotFoundError', 'App x not found'), { kind: 'ModalOutdated' }],
    [named('InternalFailure', 'Internal failure: x'), { kind: 'ModalUnavailable' }],
    [
      named('ClientError', 'x', { code: 14, details: 'refused' }),
      { kind: 'ModalUnavailable', message: 'Modal answered 14: refused' },
    ],
    [named('ClientError', 'x', { code: 16, details: 'bad token' }), { kind: 'ModalUnavailable' }],
    [named('ClientError', 'x', { code: 8, details: 'busy' }), { kind: 'ModalQuota' }],
    [named('ClientError', 'x', { code: 5, details: 'no such call' }), { kind: 'RunCrashed' }],
    [new TypeError('fetch failed'), { kind: 'ModalUnavailable' }],
  ])('%s', (error, expected) => {
    expect(toAppError(error)).toMatchObject(expected);
  });

  it('an error of ours stays what it is', () => {
    const own = new AppError('RunStalled', 'x');
    expect(toAppError(own)).toBe(own);
  });
});

describe('G3: polls', () => {
  it('are soon at first, then every two seconds, spread by a fifth', () => {
    expect([0, 1, 2, 3].map((polls) => pollDelayMs(polls, 0.5))).toEqual([50, 75, 113, 169]);
    expect([pollDelayMs(100, 0), pollDelayMs(100, 0.5), pollDelayMs(100, 1)]).toEqual([
      1_600, 2_000, 2_400,
    ]);
  });
});

describe('F3: silence', () => {
  const limits = { START_TIMEOUT_MS: 120, NO_PROGRESS_TIMEOUT_MS: 60 };
  it('is counted from the start until the first event, then from the last one', () => {
    expect(stalledBecause({ sinceMs: 0, lastEventMs: null }, 120, limits)).toBeNull();
    expect(stalledBecause({ sinceMs: 0, lastEventMs: null }, 121, limits)).toContain('within 120');
    expect(stalledBecause({ sinceMs: 0, lastEventMs: 500 }, 560, limits)).toBeNull();
    expect(stalledBecause({ sinceMs: 0, lastEventMs: 500 }, 561, limits)).toContain('for 60');
  });

  it('is looked for often enough for its limit, and not all the time', () => {
    expect(pollIntervalMs({ START_TIMEOUT_MS: 120_000, NO_PROGRESS_TIMEOUT_MS: 60_000 })).toBe(
      10_000,
    );
    expect(pollIntervalMs({ START_TIMEOUT_MS: 3_000, NO_PROGRESS_TIMEOUT_MS: 60_000 })).toBe(500);
  });
});

it.each([
  ['https://dreamcore.example', undefined, 'https://dreamcore.example'],
  ['http://127.0.0.1:3000', 'http://127.0.0.1:9000', 'http://127.0.0.1:3000'],
  ['http://localhost:3000', 'http://[::1]:9000', 'http://localhost:3000'],
  ['http://127.0.0.1:3000', undefined, null],
  ['http://127.0.0.1:3000', 'https://api.modal.example', null],
])(
  'with the API at %s and Modal at %s, a container posts to %s',
  (CALLBACK_BASE_URL, MODAL_SERVER_URL, expected) => {
    expect(
      callbackBaseUrl({ CALLBACK_BASE_URL, ...(MODAL_SERVER_URL ? { MODAL_SERVER_URL } : {}) }),
    ).toBe(expected);
  },
);

describe('the price of a call', () => {
  it('is that of what the deployment reserves', async () => {
    const app = await readFile(new URL('../../../modal/app.py', import.meta.url), 'utf8');
    for (const [name, { cores, memoryMib }] of Object.entries(RESERVED)) {
      const [, cpu, memory] =
        new RegExp(`"${name}": Options\\([^)]*?cpu=([\\d.]+), memory_mib=(\\d+)`).exec(app) ?? [];
      expect([name, Number(cpu), Number(memory)]).toEqual([name, cores, memoryMib]);
    }
  });

  it('ten minutes of a generation cost about a cent', () => {
    expect(priceUsd('generate-game', 600)).toBeCloseTo(0.0105, 4);
  });
});
