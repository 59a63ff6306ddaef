import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../contracts/base/errors.js';
import { patient } from '../../../test/support/patience.js';
import { stallDetector, type WatchedRow } from './stall-detector.js';

const HOURS_MS = 3 * 60 * 60_000;
const log = pino({ level: 'silent' });

/** A row without events. */
const silentRow: WatchedRow = {
  workId: 'x',
  read: async () => ({ lastEventAt: null }),
  ended: () => new AppError('RunCancelled', 'ended'),
};
const setClock = (byMs: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + byMs });

describe('F3: stall detection on a machine whose clock is set', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('forward: a run that has just begun goes on', async () => {
    const limits = { START_TIMEOUT_MS: 120_000, NO_PROGRESS_TIMEOUT_MS: 60_000 };
    const watch = stallDetector(silentRow, limits, log);
    await watch();
    setClock(HOURS_MS);
    await expect(watch()).resolves.toBeUndefined();
  });

  it('back: a stalled run is still detected', async () => {
    const limits = { START_TIMEOUT_MS: 100, NO_PROGRESS_TIMEOUT_MS: 100 };
    const watch = stallDetector(silentRow, limits, log);
    await watch();
    setClock(-HOURS_MS);
    const ended = () =>
      watch().then(
        () => null,
        (error: AppError) => error.kind,
      );
    await expect.poll(ended, { timeout: patient(10_000) }).toBe('RunStalled');
  });
});
