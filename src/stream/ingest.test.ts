import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { JobRow } from '../contracts/rows/rows.js';
import { patient } from '../../test/support/patience.js';
import { JobEventIngest } from './ingest.js';

// Bare time: a slow stream
const APPEND_MS = 60;
/** The shortest time between two signals that are not asked for, less its jitter. */
const MIN_GAP_MS = 630;
/** The longest: what is left of the 1.2 s of Q2 is the delivery's. */
const MAX_GAP_MS = 900;

describe('D1: events of a job are stored in batches', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('about once a second, also when the stream is slow; the end does not wait', async () => {
    const stored: number[] = [];
    let signals = 0;
    const ingest = new JobEventIngest('job', {
      append: async (_job, _attempt, firstSeq, events) => {
        signals += 1;
        await sleep(APPEND_MS);
        stored.push(...events.map((_event, index) => firstSeq + index));
      },
      isInStream: async () => false,
      job: async () => ({ status: 'processing', attempt: 1 }) as JobRow,
      noteCost: async () => undefined,
      noteProgress: async () => null,
      log: pino({ level: 'silent' }),
    });
    const startedMs = Date.now();
    for (let seq = 1; seq <= 100; seq += 1) {
      await ingest.take(1, seq, [{ type: 'stream', content: 'x' }]);
      // Bare time: a steady run of events
      await sleep(20);
    }
    const tookMs = Date.now() - startedMs;
    expect(signals).toBeGreaterThan(0);
    expect(signals).toBeLessThanOrEqual(Math.floor(tookMs / MIN_GAP_MS));
    await ingest.flushNow(10_000);
    expect(stored).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(ingest.isIdle).toBe(true);
  });

  it('Q2: with the longest jitter within what the bound of readers elsewhere leaves', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const append = vi.fn(async () => undefined);
    const ingest = new JobEventIngest('job', {
      append,
      isInStream: async () => false,
      job: async () => null,
      noteCost: async () => undefined,
      noteProgress: async () => null,
      log: pino({ level: 'silent' }),
    });
    await ingest.take(1, 1, [{ type: 'stream', content: 'x' }]);
    await vi.advanceTimersByTimeAsync(MAX_GAP_MS - 1);
    expect(append).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(append).toHaveBeenCalledOnce();
  });
});

describe('C2: an attempt is wanted while the row says so', () => {
  const setUp = () => {
    let row: Pick<JobRow, 'status' | 'attempt'> = { status: 'processing', attempt: 1 };
    let asked = 0;
    const ingest = new JobEventIngest('job', {
      append: async () => undefined,
      isInStream: async () => false,
      log: pino({ level: 'silent' }),
      job: async () => {
        asked += 1;
        return row as JobRow;
      },
      noteCost: async () => undefined,
      noteProgress: async (_job, attempt) =>
        row.status === 'processing' && row.attempt === attempt ? (row as JobRow) : null,
    });
    const post = async (attempt: number, seq: number) => {
      const events = [{ type: 'stream', content: 'x' }] as const;
      const isWanted = await ingest.watch.admits(attempt, events, null);
      if (isWanted) await ingest.take(attempt, seq, events);
      return isWanted;
    };
    return {
      post,
      setRow: (next: typeof row) => {
        row = next;
      },
      asked: () => asked,
    };
  };

  it('known from the notes of its own events: no post waits for the database', async () => {
    const { post, asked } = setUp();
    // Bare time: longer than an answer of the row is used
    const endMs = Date.now() + 4_500;
    for (let seq = 1; Date.now() < endMs; seq += 1) {
      expect(await post(1, seq)).toBe(true);
      // Bare time: one post after the other
      await sleep(50);
    }
    expect(asked()).toBe(0);
  });

  it.each([
    ['cancelled', 1],
    ['processing', 2],
  ] as const)(
    'and not for long after the row became %s with attempt %i',
    async (status, attempt) => {
      const { post, setRow } = setUp();
      expect(await post(1, 1)).toBe(true);
      setRow({ status, attempt });
      const fromMs = Date.now();
      let seq = 2;
      while (await post(1, seq)) {
        seq += 1;
        // Bare time: one post after the other
        await sleep(50);
        expect(Date.now() - fromMs).toBeLessThan(patient(10_000));
      }
      expect(await post(1, seq)).toBe(false);
    },
  );
});

describe('C2: an attempt that is no longer wanted', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('brings none of its events into the stream of the next one', async () => {
    const stored: unknown[] = [];
    const ingest = new JobEventIngest('job', {
      append: async (_job, attempt, firstSeq, events) => {
        stored.push([attempt, firstSeq, events.length]);
      },
      isInStream: async () => false,
      job: async () => ({ status: 'processing', attempt: 2 }) as JobRow,
      noteProgress: async () => null,
      noteCost: async () => undefined,
      log: pino({ level: 'silent' }),
    });
    const event = { type: 'stream', content: 'x' } as const;
    await ingest.take(2, 1, [event]);
    await ingest.take(1, 2, [event, event]);
    expect(ingest.ackedSeq(1)).toBe(0);
    await ingest.flushNow(patient(10_000));
    expect(stored).toEqual([[2, 1, 1]]);
    expect(ingest.ackedSeq(1)).toBe(0);
  });

  it('is noticed within seconds, also when the clock was set back meanwhile', async () => {
    const row = { status: 'processing', attempt: 1 };
    const ingest = new JobEventIngest('job', {
      append: async () => undefined,
      isInStream: async () => false,
      job: async () => ({ ...row }) as JobRow,
      noteCost: async () => undefined,
      noteProgress: async () => null,
      log: pino({ level: 'silent' }),
    });
    expect(await ingest.watch.wants(1)).toBe(true);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3 * 60 * 60_000 });
    row.attempt = 2;
    while (await ingest.watch.wants(1)) await sleep(50);
  });
});
