import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { backoffMs, Pauses, singleFlight, untilAborted, withTimeout } from './concurrency.js';
import { patient } from '../test/support/patience.js';

describe('work in flight', () => {
  it('is shared by all callers of its key, and started anew afterwards', async () => {
    const share = singleFlight<number>();
    let starts = 0;
    const work = async () => {
      starts += 1;
      await new Promise(setImmediate);
      return starts;
    };
    expect(await Promise.all([share('a', work), share('a', work), share('b', work)])).toEqual([
      2, 2, 2,
    ]);
    expect(await share('a', work)).toBe(3);
  });

  it('that fails is not remembered', async () => {
    const share = singleFlight<string>();
    await expect(share('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(share('a', async () => 'yes')).resolves.toBe('yes');
  });
});

describe('waiting', () => {
  it('ends with the reason of the signal, also of one that is aborted already', async () => {
    const stop = new AbortController();
    // Bare time: never waited for: it is what gets aborted, or is late
    const waiting = untilAborted(sleep(60_000, undefined, { ref: false }), stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await expect(untilAborted(Promise.resolve(1), stop.signal)).rejects.toThrow('stopped');
    await expect(untilAborted(Promise.resolve(1), new AbortController().signal)).resolves.toBe(1);
    await expect(untilAborted(Promise.resolve(1), undefined)).resolves.toBe(1);
  });

  it('ends after the time-out, with the error of the caller', async () => {
    const late = () => new Error('late');
    // Bare time: never waited for: it is what gets aborted, or is late
    await expect(withTimeout(sleep(60_000, 1, { ref: false }), 5, late)).rejects.toThrow('late');
    await expect(withTimeout(Promise.resolve(1), 60_000, late)).resolves.toBe(1);
  });
});

it('a back-off grows to its limit, spread by its jitter', () => {
  const backoff = { firstMs: 50, factor: 2, maxMs: 1_000, jitter: 0.2 };
  expect([0, 1, 2, 9].map((attempt) => backoffMs(backoff, attempt, 0.5))).toEqual([
    50, 100, 200, 1_000,
  ]);
  expect([backoffMs(backoff, 0, 0), backoffMs(backoff, 0, 1)]).toEqual([40, 60]);
});

it('pauses grow from try to try and begin anew after a reset', async () => {
  const pauses = new Pauses({ firstMs: 1, factor: 60_000, maxMs: 60_000, jitter: 0 });
  const isOverSoon = () =>
    untilAborted(pauses.wait(), AbortSignal.timeout(patient(1_000))).then(
      () => true,
      () => false,
    );
  expect([await isOverSoon(), await isOverSoon()]).toEqual([true, false]);
  pauses.reset();
  expect(await isOverSoon()).toBe(true);
});
