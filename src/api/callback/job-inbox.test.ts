import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { JobRow } from '../../contracts/rows.js';
import { JobInbox } from './job-inbox.js';

const APPEND_MS = 60;
/** The shortest time between two signals that are not asked for: a second, less its jitter. */
const MIN_GAP_MS = 700;

describe('D1: what arrives is gathered', () => {
  it('about once a second, also when the stream answers slowly; the end does not wait', async () => {
    const stored: number[] = [];
    let signals = 0;
    const inbox = new JobInbox('job', {
      append: async (_job, items) => {
        signals += 1;
        await sleep(APPEND_MS);
        stored.push(...items.map(({ seq }) => seq));
      },
      hasInStream: async () => false, job: async () => ({ status: 'processing', attempt: 1 }) as JobRow,
      noteProgress: async () => undefined, log: pino({ level: 'silent' }),
    });
    const startedMs = Date.now();
    for (let seq = 1; seq <= 100; seq += 1) {
      await inbox.take(1, seq, [{ type: 'stream', content: 'x' }]);
      await sleep(20);
    }
    const tookMs = Date.now() - startedMs;
    expect(signals).toBeGreaterThan(0);
    expect(signals).toBeLessThanOrEqual(Math.floor(tookMs / MIN_GAP_MS));
    await inbox.flushNow(10_000);
    expect(stored).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(inbox.isIdle).toBe(true);
  });
});
