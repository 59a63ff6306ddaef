import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AttemptCosts } from './attempt-costs.js';

describe('M2: the running cost of an attempt is stored', () => {
  let stored: [string, number][];
  let isAway: boolean;
  let costs: AttemptCosts;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    [stored, isAway] = [[], false];
    const noteCost = async (callId: string, usd: number): Promise<void> => {
      if (isAway) throw new Error('away');
      stored.push([callId, usd]);
    };
    costs = new AttemptCosts('job', { noteCost }, pino({ level: 'silent' }));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('the first at once, later ones every few seconds, the newest last', async () => {
    costs.note(1, 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(stored).toEqual([['job.1', 0]]);
    for (let cents = 1; cents <= 50; cents += 1) {
      costs.note(1, cents / 100);
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stored.length).toBeLessThanOrEqual(4);
    expect(stored.at(-1)).toEqual(['job.1', 0.5]);
  });

  it('of an attempt that another one has overtaken, too', async () => {
    costs.note(1, 0.1);
    costs.note(2, 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(stored).toEqual([
      ['job.1', 0.1],
      ['job.2', 0],
    ]);
  });

  it('a sum that could not be stored is not forgotten with the next post', async () => {
    isAway = true;
    costs.note(1, 0.1);
    await vi.advanceTimersByTimeAsync(0);
    isAway = false;
    costs.note(1, 0.1);
    await vi.advanceTimersByTimeAsync(5_000);
    costs.note(1, 0.1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stored).toEqual([['job.1', 0.1]]);
  });
});
