import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startWatchdog } from './watchdog.js';

const LIMITS = { startMs: 1_000, stallMs: 500 };

describe('F3: the watch over a run', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Work that ends after so long. */
  const work = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

  it('counts no pause, however many overlap and whatever happens meanwhile', async () => {
    const expired = vi.fn();
    const watchdog = startWatchdog(LIMITS, expired);
    watchdog.touch();
    void watchdog.pauseDuring(work(10_000));
    void watchdog.pauseDuring(work(2_000));
    await vi.advanceTimersByTimeAsync(3_000);
    watchdog.touch();
    await vi.advanceTimersByTimeAsync(7_400);
    expect(expired).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(expired.mock.calls).toEqual([[500]]);
  });

  it('is given no new time by pauses in which the model does nothing', async () => {
    const expired = vi.fn();
    const watchdog = startWatchdog(LIMITS, expired);
    watchdog.touch();
    for (let at = 0; at < 4; at++) {
      await vi.advanceTimersByTimeAsync(120);
      await Promise.all([watchdog.pauseDuring(work(50)), vi.advanceTimersByTimeAsync(50)]);
    }
    expect(expired).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(30);
    expect(expired).toHaveBeenCalledTimes(1);
  });
});
