import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLOSING_SEQ,
  compareCursors,
  START_OF_STREAM,
  type JobEvent,
  type StreamItem,
} from '../contracts/durable/stream.js';
import { StreamState } from './stream-state.js';

const text = (attempt: number, seq: number, content = `${attempt}.${seq} `): StreamItem => ({
  attempt,
  seq,
  event: { type: 'stream', content },
});
const item = (attempt: number, seq: number, event: JobEvent): StreamItem => ({
  attempt,
  seq,
  event,
});
const completed = (attempt: number) => item(attempt, CLOSING_SEQ, { type: 'completed' });
const run = [
  item(0, 1, { type: 'started' }),
  ...Array.from({ length: 30 }, (_, i) => text(1, i + 1)),
  completed(1),
];

describe('D1: the stream of a job', () => {
  it(
    'gives every item once and in order, however batches are shuffled within the run and ' +
      'repeated',
    () => {
      const body = run.slice(0, -1);
      fc.assert(
        fc.property(
          fc.shuffledSubarray(body, { minLength: body.length }),
          fc.array(fc.nat(body.length - 1)),
          fc.integer({ min: 1, max: 7 }),
          (shuffled, repeats, size) => {
            // The start is known before the text of an attempt (the API awaits it); everything else
            // may come in any order.
            const order = [
              run[0]!,
              ...shuffled.filter((entry) => entry !== run[0]),
              ...repeats.map((index) => body[index]!),
              run.at(-1)!,
            ];
            const state = new StreamState();
            for (let i = 0; i < order.length; i += size) state.append(order.slice(i, i + size), 1);
            expect(state.page(START_OF_STREAM).items).toEqual(run);
          },
        ),
      );
    },
  );

  it('carries early items over, and gives them when the hole before them is filled', () => {
    const first = new StreamState();
    first.append([item(0, 1, { type: 'started' }), text(1, 1), text(1, 3)], 1);
    const next = new StreamState(first.carry());
    next.append([text(1, 2)], 2);
    expect(next.page({ attempt: 1, seq: 1 }).items).toEqual([text(1, 2), text(1, 3)]);
  });

  it('holds an early item until the hole before it is filled', () => {
    const state = new StreamState();
    state.append([item(0, 1, { type: 'started' }), text(1, 1), text(1, 3)], 1);
    expect(state.page(START_OF_STREAM).items.map(({ seq }) => seq)).toEqual([1, 1]);
    state.append([text(1, 2)], 1);
    expect(state.page(START_OF_STREAM).items.map(({ attempt, seq }) => [attempt, seq])).toEqual([
      [0, 1],
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
  });

  it('never shows text of an older attempt after a newer one began', () => {
    const state = new StreamState();
    for (const late of [text(1, 1), text(2, 1), text(1, 2)]) state.append([late], 1);
    expect(state.page(START_OF_STREAM).items.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('gives a hole up when the end comes, and tells the time of the end', () => {
    const state = new StreamState();
    state.append([text(1, 1), text(1, 3), completed(1)], 77);
    expect(state.page({ attempt: 1, seq: 1 })).toMatchObject({
      items: [text(1, 3), completed(1)],
      ended: true,
    });
    expect(state.closedAtMs).toBe(77);
  });

  it('keeps a bounded tail and says when a reader asks for more than it holds', () => {
    const state = new StreamState();
    for (let seq = 1; seq <= 200; seq++) state.append([text(1, seq, 'x'.repeat(1000))], 1);
    const page = state.page(START_OF_STREAM);
    expect(page.gap).toBe(true);
    expect(JSON.stringify(page.items).length).toBeLessThan(70_000);
    expect(page.cursor).toEqual({ attempt: 1, seq: 200 });
    expect(state.page({ attempt: 1, seq: 190 })).toMatchObject({ gap: false });
  });

  it('goes on after a continue-as-new where it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: run.length }), (cut) => {
        const first = new StreamState();
        first.append(run.slice(0, cut), 5);
        const second = new StreamState(
          JSON.parse(JSON.stringify(first.carry())) as ReturnType<StreamState['carry']>,
        );
        second.append(run, 9);
        expect(second.page(START_OF_STREAM).items).toEqual(run);
      }),
    );
  });

  it('wakes a reader with a live path only for opening and closing items', () => {
    const state = new StreamState();
    state.append([item(0, 1, { type: 'started' }), text(1, 1)], 1);
    expect(state.hasNews({ attempt: 0, seq: 1 }, 'phase')).toBe(false);
    expect(state.hasNews({ attempt: 0, seq: 1 }, 'any')).toBe(true);
    state.append([completed(1)], 1);
    expect(state.hasNews({ attempt: 1, seq: 1 }, 'phase')).toBe(true);
    expect(
      compareCursors(state.page(START_OF_STREAM).cursor, { attempt: 1, seq: CLOSING_SEQ }),
    ).toBe(0);
  });
});
