import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLOSING_SEQ,
  STEP,
  stepSeq,
  compareCursors,
  START_OF_STREAM,
  type Cursor,
  type StreamItem,
} from '../contracts/durable/stream.js';
import { afterDelivery, canDeliver, deliveryFrom } from './delivery.js';
import { ReorderBuffer } from './reorder-buffer.js';

const item = (attempt: number, seq: number): StreamItem => ({
  attempt,
  seq,
  event: { type: 'stream', content: `${attempt}.${seq}` },
});
const run = (attempt: number, length: number) =>
  Array.from({ length }, (_, index) => item(attempt, index + 1));
const STARTED: Cursor = { attempt: 0, seq: 1 };
const placesOf = (items: readonly StreamItem[]) => items.map(({ attempt, seq }) => [attempt, seq]);

/** The durable stream's use: one position, items are taken out. */
function durableUse() {
  const buffer = new ReorderBuffer();
  const out: StreamItem[] = [];
  return {
    out,
    take(batch: readonly StreamItem[]) {
      const after = out.at(-1) ?? STARTED;
      buffer.add(batch, after);
      out.push(...buffer.release(after));
    },
  };
}

/** The live path's use: a position per subscriber, items stay until the slowest has them. */
function liveUse() {
  const buffer = new ReorderBuffer();
  const out: StreamItem[] = [];
  let state = deliveryFrom(STARTED);
  return {
    out,
    take(batch: readonly StreamItem[]) {
      buffer.add(batch);
      buffer.dropExcess();
      for (const next of buffer.items) {
        if (!canDeliver(state, next, 'live')) continue;
        state = afterDelivery(state, next);
        out.push(next);
      }
      buffer.forget(state.cursor);
    },
  };
}

/** Slices of a run, in any order, overlapping and repeated; the whole run comes last. */
const arrivals = (length: number) =>
  fc
    .array(fc.record({ from: fc.nat(length - 1), size: fc.integer({ min: 1, max: 6 }) }), {
      maxLength: 20,
    })
    .map((slices) => [
      ...slices.map(({ from, size }) => [from, from + size] as const),
      [0, length] as const,
    ]);

describe('D1, D2: the one reorder buffer', () => {
  it('gives the durable stream and a live subscriber the same items in order, once', () => {
    fc.assert(
      fc.property(arrivals(30), (slices) => {
        const items = run(1, 30);
        const [durable, live] = [durableUse(), liveUse()];
        for (const [from, to] of slices) {
          const batch = items.slice(from, to).reverse();
          durable.take(batch);
          live.take(batch);
          expect(durable.out).toEqual(live.out);
          expect(durable.out).toEqual(items.slice(0, durable.out.length));
        }
        expect(durable.out).toEqual(items);
      }),
    );
  });

  it('brings both to the end of the last attempt, and neither ever back', () => {
    fc.assert(
      fc.property(arrivals(24), (slices) => {
        const items = [...run(1, 12), ...run(2, 12)];
        for (const use of [durableUse(), liveUse()]) {
          for (const [from, to] of slices) use.take(items.slice(from, to));
          expect(use.out).toEqual([...use.out].sort(compareCursors));
          expect(new Set(use.out.map(({ attempt, seq }) => `${attempt}.${seq}`)).size).toBe(
            use.out.length,
          );
          expect(use.out.filter(({ attempt }) => attempt === 2)).toEqual(run(2, 12));
        }
      }),
    );
  });

  it('gives holes up before a closing item', () => {
    const buffer = new ReorderBuffer();
    buffer.add([item(1, 2), item(1, 4), item(1, CLOSING_SEQ), item(2, 3)]);
    expect(placesOf(buffer.release(START_OF_STREAM))).toEqual([
      [1, 2],
      [1, 4],
      [1, CLOSING_SEQ],
    ]);
    expect(placesOf(buffer.items)).toEqual([[2, 3]]);
  });

  it("D1: gives holes up before a step's event; what the run says after it is dropped", () => {
    const buffer = new ReorderBuffer();
    const played = stepSeq(0, STEP.play);
    buffer.add([item(1, 2), item(1, 4), item(1, played)]);
    const out = buffer.release(START_OF_STREAM);
    expect(placesOf(out)).toEqual([
      [1, 2],
      [1, 4],
      [1, played],
    ]);
    buffer.add([item(1, 5), item(1, CLOSING_SEQ)], { attempt: 1, seq: played });
    expect(placesOf(buffer.items)).toEqual([[1, CLOSING_SEQ]]);
    expect(stepSeq(1, STEP.play)).toBeGreaterThan(stepSeq(0, STEP.playParent));
  });

  it('gives the oldest hole up when more than 2,000 items wait', () => {
    const buffer = new ReorderBuffer();
    buffer.add(run(1, 2_003).slice(2));
    expect(buffer.release(STARTED)).toHaveLength(2_001);
    expect(buffer.items).toEqual([]);

    buffer.add(Array.from({ length: 2_001 }, (_, index) => item(1, 2 * index + 2)));
    expect(placesOf(buffer.release(STARTED))).toEqual([[1, 2]]);
    expect(buffer.items).toHaveLength(2_000);
  });

  it('leaves the newest items to the durable stream when the live path is full', () => {
    const buffer = new ReorderBuffer();
    buffer.add(run(1, 2_500));
    buffer.dropExcess();
    expect(buffer.items).toEqual(run(1, 2_000));
  });
});

it('D1: what waits behind a hole is bounded by its size, too', () => {
  const buffer = new ReorderBuffer();
  const content = 'あ'.repeat(16 * 1024);
  const large = Array.from({ length: 40 }, (_, index): StreamItem => ({
    attempt: 1,
    seq: index + 2,
    event: { type: 'stream', content },
  }));
  buffer.add(large, STARTED);
  const released = buffer.release(STARTED);
  expect(JSON.stringify(buffer.items).length).toBeLessThan(257 * 1024);
  expect([...released, ...buffer.items]).toEqual(large);
});
