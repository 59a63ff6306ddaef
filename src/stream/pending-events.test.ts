import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { START_OF_STREAM, type RunnerEvent } from '../contracts/stream.js';
import { StreamState } from './stream-state.js';
import { PendingEvents } from './pending-events.js';

const events = Array.from({ length: 40 }, (_, index): RunnerEvent => ({
  type: 'stream',
  content: `${index + 1} `,
}));

/**
 * One step of a run under faults: what arrives, whether the signal gets through, whether this
 * instance dies or another one helps.
 */
const step = fc.record({
  back: fc.nat(6),
  size: fc.integer({ min: 0, max: 9 }),
  signal: fc.constantFrom('ok', 'fails', 'lost-answer', 'none'),
  fault: fc.constantFrom('none', 'none', 'none', 'restart', 'other-instance'),
});

describe('C3: what is acknowledged', () => {
  it('is in the stream, whatever is sent twice, fails, or dies; and everything arrives in the end', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const stream = new StreamState();
        const durable = () => stream.page(START_OF_STREAM).items.length;
        const append = (items: Parameters<StreamState['append']>[0]) => stream.append(items, 1);
        let gathering = new PendingEvents(1);
        let runnerAcked = 0;
        let runnerSent = 0;
        const post = (fromSeq: number, size: number) => {
          const body = events.slice(fromSeq - 1, fromSeq - 1 + size);
          if (fromSeq > gathering.top + 1 && durable() >= fromSeq - 1)
            gathering.skipTo(fromSeq - 1);
          const isTaken = gathering.take(fromSeq, body);
          runnerSent = isTaken ? Math.max(runnerSent, fromSeq - 1 + body.length) : runnerAcked;
          expect(gathering.acked).toBeLessThanOrEqual(durable());
          runnerAcked = Math.max(runnerAcked, gathering.acked);
        };
        for (const { back, size, signal, fault } of steps) {
          if (fault === 'restart') gathering = new PendingEvents(1);
          if (fault === 'other-instance')
            append(
              events
                .slice(0, runnerSent)
                .map((event, index) => ({ attempt: 1, seq: index + 1, event })),
            );
          post(Math.max(runnerAcked, runnerSent - back) + 1, size);
          const batch = gathering.batch();
          if (signal === 'ok' || signal === 'lost-answer') append(batch);
          if (signal === 'ok') gathering.confirm(batch.at(-1)?.seq ?? 0);
        }
        for (let i = 0; i < 20 && durable() < events.length; i++) {
          post(runnerAcked + 1, events.length);
          append(gathering.batch());
          gathering.confirm(gathering.batch().at(-1)?.seq ?? 0);
        }
        expect(stream.page(START_OF_STREAM).items.map(({ event }) => event)).toEqual(events);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps a batch until it is confirmed and bounds its size', () => {
    const gathering = new PendingEvents(1);
    gathering.take(
      1,
      Array.from({ length: 30 }, () => ({ type: 'stream', content: 'x'.repeat(8_000) })),
    );
    const first = gathering.batch();
    expect(JSON.stringify(first).length).toBeLessThan(120_000);
    expect(gathering.batch()).toEqual(first);
    gathering.confirm(first.at(-1)?.seq ?? 0);
    expect(gathering.batch()[0]?.seq).toBe(first.length + 1);
  });
});
