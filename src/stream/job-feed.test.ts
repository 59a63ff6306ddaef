import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { message } from '../contracts/messages/message.js';
import { CLOSING_SEQ, failedEvent, START_OF_STREAM } from '../contracts/durable/stream.js';
import type { JobRow } from '../contracts/rows/rows.js';
import type { RowlessRun } from './job-runs.js';
import {
  JOB,
  row,
  startFeeds,
  at,
  text,
  started,
  completed,
  types,
  until,
  ended,
  screen,
  places,
} from '../../test/support/job-feeds.js';
import { patient } from '../../test/support/patience.js';

describe('D2: the two paths of a job', () => {
  it('give a subscriber all text in order, once, however they overtake each other', async () => {
    const length = 24;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            path: fc.constantFrom('live', 'durable', 'both'),
            take: fc.integer({ min: 1, max: 6 }),
            from: fc.nat(length),
          }),
          { maxLength: 14 },
        ),
        fc.constantFrom(1, 2),
        fc.nat(8),
        async (steps, lastAttempt, joinAt) => {
          const { stream, feeds, subscribe } = startFeeds();
          const opening = [started, at(0, 2, { type: 'progress', progress: 5, message: null })];
          const body = Array.from({ length: lastAttempt }, (_, a) =>
            Array.from({ length }, (_, i) => text(a + 1, i + 1)),
          ).flat();
          const first = subscribe(START_OF_STREAM, 'message');
          let late: ReturnType<typeof subscribe> | null = null;
          stream.state.append(opening, 1);
          for (const [index, { path, take, from }] of steps.entries()) {
            if (index === joinAt) late = subscribe(START_OF_STREAM);
            const items = body.slice(from, from + take);
            if (path !== 'durable') feeds.offer(JOB, items);
            if (path !== 'live') stream.state.append(items, 1);
            // Bare time: mixes what the two paths bring
            await sleep(index % 3);
          }
          late ??= subscribe(START_OF_STREAM);
          stream.state.append([...body, completed(lastAttempt)], 2);
          await until(() => ended(first.frames)() && ended(late.frames)());

          for (const { frames } of [first, late]) {
            const received = places(frames);
            expect(new Set(received).size).toBe(received.length);
            expect(screen(frames)).toBe(
              Array.from({ length }, (_, i) => `${lastAttempt}.${i + 1} `).join(''),
            );
            expect(types(frames)[0]).toBe('started');
          }
          expect(types(first.frames).slice(-2)).toEqual(['completed', 'gameUpdated']);
          expect(types(late.frames).at(-1)).toBe('completed');
          first.subscription.close();
          late.subscription.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('hold the live path until `started` went out', async () => {
    const { stream, feeds, subscribe } = startFeeds();
    const { frames } = subscribe(START_OF_STREAM);
    feeds.offer(JOB, [text(1, 1), text(1, 2)]);
    await until(() => stream.reads.length > 2);
    expect(frames).toEqual([]);
    stream.state.append([started], 1);
    await until(() => frames.length === 3);
    expect(types(frames)).toEqual(['started', 'stream', 'stream']);
  });

  it(
    'go on without the durable stream once a subscriber is placed, and catch up when it is ' +
      'back',
    async () => {
      const { stream, feeds, subscribe } = startFeeds();
      const { frames } = subscribe(START_OF_STREAM);
      stream.state.append([started], 1);
      await until(() => frames.length === 1);
      stream.isReachable = false;
      feeds.offer(JOB, [text(1, 1), text(1, 2)]);
      await until(() => frames.length === 3);
      stream.isReachable = true;
      stream.state.append([text(1, 1), text(1, 2), text(1, 3), completed(1)], 1);
      await until(ended(frames));
      expect(screen(frames)).toBe('1.1 1.2 1.3 ');
    },
  );
});

describe('D2: a reader that relies on the live path', () => {
  /**
   * A subscriber that got its text on the live path; the durable stream is read for phases only.
   */
  async function relying() {
    const { stream, feeds, subscribe } = startFeeds();
    stream.longestWaitMs = Infinity;
    const { frames } = subscribe(START_OF_STREAM);
    stream.state.append([started], 1);
    await until(() => frames.length === 1);
    feeds.offer(JOB, [text(1, 1)]);
    stream.state.append([text(1, 1)], 1);
    await until(() => stream.wakes.at(-1) === 'phase');
    return { stream, feeds, frames };
  }

  it('reads the durable one for phases only while it speaks', async () => {
    const { stream, feeds, frames } = await relying();
    const reads = stream.reads.length;
    for (let seq = 2; seq <= 40; seq += 1) {
      feeds.offer(JOB, [text(1, seq)]);
      stream.state.append([text(1, seq)], 1);
      // Bare time: a steady run of events
      await sleep(5);
    }
    expect(stream.reads.length).toBe(reads);
    stream.state.append([completed(1)], 2);
    await until(ended(frames));
    expect(screen(frames)).toBe(Array.from({ length: 40 }, (_, i) => `1.${i + 1} `).join(''));
  });

  it('turns to the durable one when it falls silent, before that read would end', async () => {
    const { stream, frames } = await relying();
    stream.state.append([text(1, 2)], 1);
    await expect.poll(() => screen(frames), { timeout: patient(15_000) }).toBe('1.1 1.2 ');
  });

  it('turns to the durable one at once when it left something out', async () => {
    const { stream, feeds, frames } = await relying();
    feeds.offer(JOB, [text(1, 3)]);
    await until(() => stream.wakes.at(-1) === 'any');
    stream.state.append([text(1, 2)], 1);
    await until(() => screen(frames) === '1.1 1.2 1.3 ');
  });

  it(
    'cuts no second read short while the stream may still serve the first, however many ' +
      'holes come',
    async () => {
      const { stream, feeds, frames } = await relying();
      const phaseReads = () => stream.wakes.filter((wake) => wake === 'phase').length;
      const before = phaseReads();
      for (let seq = 3; seq <= 41; seq += 2) {
        feeds.offer(JOB, [text(1, seq)]);
        // Bare time: the hole is seen before it is filled
        await sleep(2);
        stream.state.append([text(1, seq - 1), text(1, seq)], 1);
        await until(() => screen(frames).endsWith(`1.${seq} `));
      }
      expect(phaseReads()).toBe(before);
      expect(places(frames)).toHaveLength(42);
    },
  );
});

describe('D3: where a subscriber starts', () => {
  const full = [started, ...[1, 2, 3, 4, 5].map((seq) => text(1, seq))];

  it('continues exactly after `since`', async () => {
    const { stream, subscribe } = startFeeds();
    stream.state.append(full, 1);
    const { frames } = subscribe({ attempt: 1, seq: 3 });
    stream.state.append([completed(1)], 1);
    await until(ended(frames));
    expect(screen(frames)).toBe('1.4 1.5 ');
  });

  it('replays nothing without `since`, but never keeps the end back', async () => {
    const { stream, feeds, subscribe } = startFeeds();
    stream.state.append(full, 1);
    const { frames, subscription } = subscribe('now');
    await subscription.placed;
    expect(frames).toEqual([]);
    feeds.offer(JOB, [text(1, 6)]);
    await until(() => frames.length === 1);
    stream.state.append([text(1, 6), completed(1)], 1);
    await until(ended(frames));
    expect(types(frames)).toEqual(['stream', 'completed']);
    subscribe('now');
    const fresh = startFeeds();
    fresh.stream.state.append([...full, completed(1)], 1);
    const only = fresh.subscribe('now');
    await until(ended(only.frames));
    expect(types(only.frames)).toEqual(['completed']);
  });

  it('announces a new attempt with `streamReset`, also to whoever returns between', async () => {
    const { stream, subscribe } = startFeeds();
    stream.state.append([...full, text(2, 1), completed(2)], 1);
    const { frames } = subscribe({ attempt: 1, seq: 2 });
    await until(ended(frames));
    expect(types(frames)).toEqual([
      'stream',
      'stream',
      'stream',
      'streamReset',
      'stream',
      'completed',
    ]);
    expect(frames[3]).toEqual({ type: 'streamReset', jobId: JOB, attempt: 2 });
  });

  it('starts the text afresh when the bounded tail lost what a subscriber misses', async () => {
    const { stream, subscribe } = startFeeds();
    const long = (seq: number) => at(1, seq, { type: 'stream', content: 'x'.repeat(4_000) });
    stream.state.append(
      [started, ...Array.from({ length: 40 }, (_, i) => long(i + 1)), completed(1)],
      1,
    );
    const { frames } = subscribe({ attempt: 1, seq: 2 });
    await until(ended(frames));
    expect(types(frames)[0]).toBe('streamReset');
    const fromStart = subscribe(START_OF_STREAM);
    await until(ended(fromStart.frames));
    expect(types(fromStart.frames)[0]).toBe('started');
    expect(types(fromStart.frames)).not.toContain('streamReset');
  });

  it('makes the end from the row once the stream is closed', async () => {
    const { stream, subscribe } = startFeeds(() => row({ status: 'failed', error: '時間切れ' }));
    stream.isThere = false;
    const { frames } = subscribe({ attempt: 1, seq: 3 });
    await until(ended(frames));
    expect(frames).toEqual([
      {
        type: 'failed',
        job: expect.objectContaining({ status: 'failed' }) as JobRow,
        error: '時間切れ',
        jobId: JOB,
        attempt: 1,
      },
    ]);
  });

  it('waits for a stream that is not there yet while the job is active', async () => {
    const { stream, subscribe } = startFeeds();
    stream.isThere = false;
    const { frames } = subscribe(START_OF_STREAM);
    await until(() => stream.reads.length > 1);
    stream.isThere = true;
    stream.state.append([started, completed(1)], 1);
    await until(ended(frames));
    expect(types(frames)).toEqual(['started', 'completed']);
  });

  it('A6: waits for a job that no worker opened yet, until it is refused or starts', async () => {
    const { stream, subscribe } = startFeeds(() => null);
    stream.isThere = false;
    const { frames } = subscribe(START_OF_STREAM, 'message');
    await until(() => stream.reads.length > 2);
    stream.isThere = true;
    stream.state.append([at(0, CLOSING_SEQ, failedEvent(message('USER_LIMIT_EXCEEDED')))], 1);
    await until(ended(frames));
    expect(frames).toMatchObject([{ type: 'failed', job: null, code: 'USER_LIMIT_EXCEEDED' }]);
  });

  it('I3: a job that was refused after all is told as failed, by the end of its run', async () => {
    let run: RowlessRun = { state: 'running' };
    const { stream, subscribe } = startFeeds(
      () => null,
      () => run,
    );
    stream.isThere = false;
    const { frames } = subscribe(START_OF_STREAM, 'message');
    await until(() => stream.reads.length > 1);
    expect(frames).toEqual([]);
    run = { state: 'ended', kind: 'USER_LIMIT_EXCEEDED' };
    await until(ended(frames));
    expect(frames).toMatchObject([{ type: 'failed', job: null, code: 'USER_LIMIT_EXCEEDED' }]);
  });

  it('O5: accepted and no row after a while is told once, before what the job says', async () => {
    let opened: JobRow | null = null;
    const alerted: string[] = [];
    const { stream, subscribe } = startFeeds(
      () => opened,
      () => ({ state: 'running' }),
      { onNotBegun: (jobId) => alerted.push(jobId), notBegunMs: 30 },
    );
    stream.isThere = false;
    const { frames } = subscribe(START_OF_STREAM, 'message');
    await until(() => frames.length > 0);
    opened = row();
    stream.isThere = true;
    stream.state.append([started, completed(1)], 1);
    await until(ended(frames));
    expect(types(frames)).toEqual(['progress', 'started', 'completed', 'gameUpdated']);
    expect(frames[0]).toEqual({
      type: 'progress',
      job: null,
      progress: 0,
      message: 'ご依頼は届いています。作業はまだ始まっていません',
      code: 'STEP_NOT_BEGUN',
      params: {},
      jobId: JOB,
    });
    expect(alerted).toEqual([JOB]);
  });

  it('O5: a job that has its row in time is not told of as waiting', async () => {
    const alerted: string[] = [];
    const { stream, subscribe } = startFeeds(
      () => row(),
      () => ({ state: 'running' }),
      { onNotBegun: (jobId) => alerted.push(jobId), notBegunMs: 0 },
    );
    stream.isThere = false;
    const { frames } = subscribe(START_OF_STREAM, 'message');
    await until(() => stream.reads.length > 2);
    stream.isThere = true;
    stream.state.append([started, completed(1)], 1);
    await until(ended(frames));
    expect(types(frames)).toEqual(['started', 'completed', 'gameUpdated']);
    expect(alerted).toEqual([]);
  });

  it('ends from the row when a job is over but its stream never says so', async () => {
    const { subscribe } = startFeeds(() =>
      row({ status: 'completed', result: '{"message":"できました"}' }),
    );
    const { frames } = subscribe(START_OF_STREAM, 'message');
    await until(ended(frames));
    expect(types(frames)).toEqual(['completed', 'gameUpdated']);
  });

  it('D3: ends from the row when a job is over and its stream stays unreadable', async () => {
    let found = row();
    const { stream, subscribe } = startFeeds(
      () => found,
      () => ({ state: 'unknown' }),
      { unreadableMs: 30 },
    );
    stream.state.append([started], 1);
    const { frames } = subscribe(START_OF_STREAM, 'message');
    await until(() => frames.length > 0);
    stream.isReachable = false;
    found = row({ status: 'completed', result: '{"message":"できました"}' });
    await until(ended(frames));
    expect(types(frames)).toEqual(['started', 'completed', 'gameUpdated']);
  });

  it('D3: does not end from the row while its stream is away for a moment', async () => {
    let found = row();
    const { stream, subscribe } = startFeeds(() => found);
    stream.state.append([started], 1);
    const { frames } = subscribe(START_OF_STREAM, 'message');
    await until(() => frames.length > 0);
    stream.isReachable = false;
    found = row({ status: 'completed', result: '{"message":"できました"}' });
    const reads = stream.reads.length;
    await until(() => stream.reads.length > reads + 3);
    stream.isReachable = true;
    stream.state.append([text(1, 1), completed(1)], 2);
    await until(ended(frames));
    expect(screen(frames)).toBe('1.1 ');
  });
});
