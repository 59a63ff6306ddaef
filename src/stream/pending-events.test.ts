import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemsFrom, START_OF_STREAM, type RunnerEvent } from '../contracts/durable/stream.js';
import { StreamState } from './stream-state.js';
import { PendingEvents, type EventBatch } from './pending-events.js';

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
  it(
    'is in the stream, whatever is sent twice, fails, or dies; and everything arrives in the ' +
      'end',
    () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const stream = new StreamState();
          const durable = () => stream.page(START_OF_STREAM).items.length;
          const append = ({ firstSeq, events: batch }: EventBatch) =>
            stream.append(itemsFrom(1, firstSeq, batch), 1);
          let pending = new PendingEvents(1);
          let runnerAcked = 0;
          let runnerSent = 0;
          const post = (fromSeq: number, size: number) => {
            const body = events.slice(fromSeq - 1, fromSeq - 1 + size);
            if (fromSeq > pending.top + 1 && durable() >= fromSeq - 1) pending.skipTo(fromSeq - 1);
            const isTaken = pending.take(fromSeq, body);
            runnerSent = isTaken ? Math.max(runnerSent, fromSeq - 1 + body.length) : runnerAcked;
            expect(pending.acked).toBeLessThanOrEqual(durable());
            runnerAcked = Math.max(runnerAcked, pending.acked);
          };
          for (const { back, size, signal, fault } of steps) {
            if (fault === 'restart') pending = new PendingEvents(1);
            if (fault === 'other-instance')
              append({ firstSeq: 1, events: events.slice(0, runnerSent) });
            post(Math.max(runnerAcked, runnerSent - back) + 1, size);
            const batch = pending.batch();
            if (signal === 'ok' || signal === 'lost-answer') append(batch);
            if (signal === 'ok') pending.confirm(batch);
          }
          for (let i = 0; i < 20 && durable() < events.length; i++) {
            post(runnerAcked + 1, events.length);
            append(pending.batch());
            pending.confirm(pending.batch());
          }
          expect(stream.page(START_OF_STREAM).items.map(({ event }) => event)).toEqual(events);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('keeps a batch until it is confirmed and bounds its size', () => {
    const pending = new PendingEvents(1);
    pending.take(
      1,
      Array.from({ length: 30 }, () => ({ type: 'stream', content: 'x'.repeat(8_000) })),
    );
    const first = pending.batch();
    expect(JSON.stringify(first).length).toBeLessThan(120_000);
    expect(pending.batch()).toEqual(first);
    pending.confirm(first);
    expect(pending.batch().firstSeq).toBe(first.events.length + 1);
  });
});
