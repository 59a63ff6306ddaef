import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CLOSING_SEQ, START_OF_STREAM } from '../contracts/durable/stream.js';
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
} from '../../test/support/job-feeds.js';

describe('D4, D5, F1: subscribers', () => {
  it('hold frames back until released', async () => {
    const { stream, hold } = startFeeds();
    const { frames, subscription } = hold(START_OF_STREAM);
    stream.state.append([started], 1);
    await until(() => stream.reads.length > 1);
    expect(frames).toEqual([]);
    subscription.release();
    expect(types(frames)).toEqual(['started']);
  });

  it('share one reader, however many there are, and all hear everything', async () => {
    const { stream, subscribe } = startFeeds();
    const all = Array.from({ length: 5 }, () => subscribe(START_OF_STREAM));
    stream.state.append([started, text(1, 1), completed(1)], 1);
    for (const { frames } of all) await until(ended(frames));
    expect(stream.mostReaders).toBe(1);
    for (const { frames } of all) expect(types(frames)).toEqual(['started', 'stream', 'completed']);
  });

  it('say nothing after `cancelled`, and do not spin', async () => {
    const { stream, feeds, subscribe } = startFeeds();
    const { frames } = subscribe(START_OF_STREAM);
    stream.state.append([started, text(1, 1)], 1);
    await until(() => frames.length === 2);
    await feeds.cancelled(row({ status: 'cancelled' }));
    feeds.offer(JOB, [text(1, 2)]);
    stream.state.append([text(1, 2), at(1, CLOSING_SEQ, { type: 'cancelled' })], 1);
    const reads = stream.reads.length;
    // Bare time: time to spin
    await sleep(60);
    expect(types(frames)).toEqual(['started', 'stream', 'cancelled']);
    expect(stream.reads.length - reads).toBeLessThan(4);
  });

  it('get a rename after the end, and nothing else', async () => {
    const { stream, subscribe } = startFeeds();
    const { frames } = subscribe(START_OF_STREAM, 'message');
    stream.state.append(
      [
        started,
        completed(1),
        at(1, CLOSING_SEQ + 2, { type: 'progress', progress: 100, message: null }),
        at(1, CLOSING_SEQ + 3, { type: 'renamed', name: 'ねこの冒険' }),
      ],
      1,
    );
    await until(() => types(frames).includes('projectRenamed'));
    expect(types(frames)).toEqual(['started', 'completed', 'gameUpdated', 'projectRenamed']);
  });

  it('leave nothing running when the last one goes', async () => {
    const { stream, subscribe } = startFeeds();
    const { subscription } = subscribe(START_OF_STREAM);
    await until(() => stream.reads.length > 1);
    subscription.close();
    // Bare time: the last read ends
    await sleep(10);
    const reads = stream.reads.length;
    // Bare time: time for ten reads
    await sleep(40);
    expect(stream.reads.length).toBe(reads);
  });
});

describe('D3: the sender of a quick job', () => {
  it(
    'gets it from its start, also when it began and ended between the look at the stream ' +
      'and the look at the row',
    async () => {
      const { stream, subscribe } = startFeeds(() => {
        // The row is asked for after the stream was found missing; by then the job is over.
        if (!stream.isThere) {
          stream.isThere = true;
          stream.state.append(
            [
              started,
              at(0, 2, { type: 'progress', progress: 5, message: null }),
              at(0, CLOSING_SEQ, {
                type: 'restoreProposal',
                message: '?',
                confirmLabel: 'y',
                cancelLabel: 'n',
              }),
              completed(0),
            ],
            1,
          );
        }
        return row({ status: 'completed', attempt: 0, result: '{"message":"?","mode":"restore"}' });
      });
      stream.isThere = false;
      const { frames } = subscribe(START_OF_STREAM, 'message');
      await until(ended(frames));
      expect(types(frames)).toEqual([
        'started',
        'progress',
        'geminiRestore',
        'completed',
        'gameUpdated',
      ]);
    },
  );
});
