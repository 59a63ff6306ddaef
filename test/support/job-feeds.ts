import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import {
  CLOSING_SEQ,
  type Cursor,
  type JobEvent,
  type StreamItem,
} from '../../src/contracts/durable/stream.js';
import type { JobRow } from '../../src/contracts/rows/rows.js';
import type { ServerFrame } from '../../src/contracts/wire/frames.js';
import type { RowlessRun } from '../../src/stream/job-runs.js';
import { StreamState } from '../../src/stream/stream-state.js';
import { JobFeeds } from '../../src/stream/feeds.js';
import type { FeedDeps } from '../../src/stream/job-feed.js';
import type { ReadStream } from '../../src/stream/reader.js';
import { patient } from './patience.js';

export const JOB = 'a3a3f0a2-6f0e-5d7f-9d7f-0f4f5f6f7f80';
const USER = '11111111-1111-4111-8111-111111111111';
const PROJECT = '22222222-2222-4222-8222-222222222222';

export const row = (over: Partial<JobRow> = {}): JobRow => ({
  id: JOB,
  user_id: USER,
  project_id: PROJECT,
  status: 'processing',
  progress: 5,
  progress_message: null,
  result: null,
  error: null,
  created_at: '2026-01-01T00:00:00+00:00',
  updated_at: '2026-01-01T00:00:00+00:00',
  attempt: 1,
  slot_at: null,
  queue_no: 1,
  last_event_at: null,
  usage: null,
  ...over,
});

/**
 * The durable stream for a test: the real stream structure, long polls cut to a few
 * milliseconds; it can be taken away.
 */
class DurableStream {
  readonly state = new StreamState();
  isThere = true;
  isReachable = true;
  readonly reads: Cursor[] = [];
  /** What each read was woken by. */
  readonly wakes: ('any' | 'phase')[] = [];
  longestWaitMs = 4;
  /** How many were reading at the same time, at most. */
  mostReaders = 0;
  private readers = 0;
  readonly read: ReadStream = async (jobId, request, signal) => {
    this.readers += 1;
    this.mostReaders = Math.max(this.mostReaders, this.readers);
    return this.readStream(jobId, request, signal).finally(() => (this.readers -= 1));
  };
  private readonly readStream: ReadStream = async (_jobId, { after, waitMs, wakeOn }, signal) => {
    this.reads.push(after);
    this.wakes.push(wakeOn ?? 'any');
    const endMs = Date.now() + Math.min(waitMs, this.longestWaitMs);
    while (
      this.isThere &&
      this.isReachable &&
      !signal.aborted &&
      Date.now() < endMs &&
      !this.state.hasNews(after, wakeOn ?? 'any')
    )
      await sleep(1);
    if (signal.aborted) return { kind: 'aborted' };
    if (!this.isReachable) return { kind: 'unavailable', error: new Error('away') };
    return this.isThere ? { kind: 'page', page: this.state.page(after) } : { kind: 'missing' };
  };
}

export function startFeeds(
  job: () => JobRow | null = () => row(),
  run: () => RowlessRun = () => ({ state: 'unknown' }),
  more: Pick<FeedDeps, 'onNotBegun' | 'notBegunMs' | 'unreadableMs'> = {},
) {
  const stream = new DurableStream();
  const feeds = new JobFeeds({
    readStream: stream.read,
    facts: {
      job: async () => job(),
      publishedCode: async () => ({ mode: 'create', suggestions: [] }),
      project: async () => ({ id: PROJECT, name: 'old', createdAt: '', updatedAt: '' }),
      ended: async () => {
        const found = job();
        return found && { row: found, revision: null, ending: null };
      },
      queuePosition: async () => null,
      rowlessRun: async () => run(),
    },
    log: pino({ level: 'silent' }),
    ...more,
  });
  const hold = (from: Cursor | 'now', origin: 'message' | 'watch' = 'watch') => {
    const frames: ServerFrame[] = [];
    const subscription = feeds.subscribe({
      jobId: JOB,
      projectId: PROJECT,
      from,
      origin,
      send: (frame) => void frames.push(frame),
      onEnded: () => undefined,
    });
    onTestFinished(() => subscription.close());
    return { frames, subscription };
  };
  const subscribe: typeof hold = (from, origin) => {
    const held = hold(from, origin);
    held.subscription.release();
    return held;
  };
  return { stream, feeds, hold, subscribe };
}

export const at = (attempt: number, seq: number, event: JobEvent): StreamItem => ({
  attempt,
  seq,
  event,
});
export const text = (attempt: number, seq: number) =>
  at(attempt, seq, { type: 'stream', content: `${attempt}.${seq} ` });
export const started = at(0, 1, { type: 'started' });
export const completed = (attempt: number) => at(attempt, CLOSING_SEQ + 1, { type: 'completed' });
export const types = (frames: ServerFrame[]) => frames.map(({ type }) => type);
export const until = async (done: () => boolean) => {
  await expect.poll(done, { timeout: patient(10_000), interval: 1 }).toBe(true);
};
export const ended = (frames: ServerFrame[]) => () =>
  frames.some(({ type }) => type === 'completed' || type === 'failed' || type === 'cancelled');

/** What a screen shows at the end: text since the last reset. */
export function screen(frames: ServerFrame[]): string {
  let shown = '';
  for (const frame of frames) {
    if (frame.type === 'streamReset') shown = '';
    if (frame.type === 'stream') shown += frame.content;
  }
  return shown;
}

export function places(frames: ServerFrame[]): string[] {
  return frames.flatMap((frame) =>
    'seq' in frame && frame.seq !== undefined ? [`${frame.attempt}.${frame.seq}`] : [],
  );
}
