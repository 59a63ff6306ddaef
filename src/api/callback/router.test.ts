import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { originOf } from '../../../test/support/own-server.js';
import { patient } from '../../../test/support/patience.js';
import { OtlpReceiver } from '../../../test/fakes/otlp-receiver.js';
import type { JobRow } from '../../contracts/rows/rows.js';
import {
  itemsFrom,
  START_OF_STREAM,
  type RunnerEvent,
  type StreamItem,
} from '../../contracts/durable/stream.js';
import { EventIngest } from '../../stream/ingest.js';
import { StreamState } from '../../stream/stream-state.js';
import { startTracing } from '../../telemetry/tracing.js';
import { createReceivedFiles } from '../../disk/received-files.js';
import { leaveUnread } from '../http/body-limits.js';
import { callbackRouter } from './router.js';
import { freshFolder } from '../../../test/support/own-folder.js';

const MASTER = 'm'.repeat(40);
const OLD_MASTER = 'o'.repeat(40);
const ACTION = '0f8fad5b-d9cb-469f-a165-70867728950e';
const text = (content: string): RunnerEvent => ({ type: 'stream', content });
const percent = (progress: number, message: { text: string } | null = null): RunnerEvent => ({
  type: 'progress',
  progress,
  message,
});

let jobId: string;
let origin: string;
let row: Pick<JobRow, 'status' | 'attempt'> | null;
let stream: StreamState;
let live: StreamItem[];
let actionNotes: [string, number][];
let isActionWanted: boolean;
let notes: unknown[][];
let costs: Map<string, number>;
let isTemporalAway: boolean;
let refused: number;
let isAddressLimited: boolean;
let isDeletedMeanwhile: boolean;
let recordings: Map<string, Buffer>;
const dataDir = freshFolder();

beforeEach(async () => {
  costs = new Map();
  jobId = randomUUID();
  row = { status: 'processing', attempt: 2 };
  stream = new StreamState();
  [live, notes, actionNotes, refused] = [[], [], [], 0];
  [isTemporalAway, isAddressLimited, isDeletedMeanwhile, isActionWanted] = [
    false,
    false,
    false,
    true,
  ];
  recordings = new Map();
  const log = pino({ level: 'silent' });
  const ingest = new EventIngest({
    append: async (_job, attempt, firstSeq, events) => {
      if (isTemporalAway) {
        refused += 1;
        throw new Error('away');
      }
      stream.append(itemsFrom(attempt, firstSeq, events), 1);
    },
    isInStream: async (_job, { attempt, seq }) =>
      stream.page({ attempt, seq: seq - 1 }).items.length > 0,
    job: async () => row as JobRow | null,
    noteCost: async (callId, usd) => void costs.set(callId, usd),
    noteProgress: async (...note) => {
      if (note[0] === jobId) notes.push(note);
      return row?.status === 'processing' && row.attempt === note[1] ? (row as JobRow) : null;
    },
    offer: (_job, items) => void live.push(...items),
    log,
  });
  const app = express().use(
    leaveUnread,
    callbackRouter({
      masterSecrets: [MASTER, OLD_MASTER],
      ingest,
      countBad: async () => (isAddressLimited ? 7 : null),
      noteActionProgress: async (actionId, percent) => {
        actionNotes.push([actionId, percent]);
        return isActionWanted;
      },
      job: async () => row as JobRow | null,
      files: createReceivedFiles(dataDir),
      recordings: {
        keep: async ({ projectId, jobId: job, attempt }, bytes) => {
          recordings.set(`${projectId}/${job}/${attempt}`, bytes);
          if (isDeletedMeanwhile) row = null;
        },
        removeProject: async (projectId) => {
          for (const key of recordings.keys())
            if (key.startsWith(`${projectId}/`)) recordings.delete(key);
        },
      },
      log,
    }),
  );
  origin = await originOf(createServer(app));
});

type PostOptions = { attempt?: number; atMs?: number } & Partial<
  Record<'callId' | 'key' | 'url' | 'raw' | 'timestamp' | 'traceparent', string>
>;

/** Sends what is signed, or is not, as a runner does. */
function send(
  url: string,
  body: string | Uint8Array<ArrayBuffer> | FormData,
  headers: Record<string, string>,
) {
  return fetch(`${origin}${url}`, { method: 'POST', body, headers });
}

function signed(master: string, callId: string, timestamp: string, body: string | Buffer) {
  const key = createHmac('sha256', master).update(callId).digest();
  const mac = createHmac('sha256', key).update(`${timestamp}.`).update(body).digest('hex');
  return { 'x-stream-timestamp': timestamp, 'x-stream-signature': `v1=${mac}` };
}
const secondsOf = (atMs: number) => String(Math.floor(atMs / 1000));

async function post(body: object, options: PostOptions = {}) {
  const { callId = `${jobId}.${options.attempt ?? 2}`, url = `/callback/${jobId}` } = options;
  const raw = options.raw ?? JSON.stringify({ callId, ...body });
  const timestamp = options.timestamp ?? secondsOf(options.atMs ?? Date.now());
  const response = await send(url, raw, {
    ...signed(options.key ?? MASTER, callId, timestamp, raw),
    ...(options.traceparent && { traceparent: options.traceparent }),
  });
  return {
    status: response.status,
    body: await response.json(),
    retryAfter: response.headers.get('retry-after'),
  };
}

const FINAL = { final: true };
const ok = (ackedSeq: number) => ({ status: 200, body: { ackedSeq, cancel: false } });
const STOP = { status: 410, body: { cancel: true } };
/** Posts texts, each of one letter. */
const texts = (fromSeq: number, letters: string, more: object = {}, options: PostOptions = {}) =>
  post({ fromSeq, events: [...letters].map(text), ...more }, options);

/** What is done about once a second. */
const SECONDS = { timeout: patient(15_000) };
const stored = () => stream.page(START_OF_STREAM).items.map(({ event }) => event);

describe('C2: POST /callback/:jobId', () => {
  it('answers at once, tells the live path first and acknowledges after the signal', async () => {
    expect(await texts(1, 'ab')).toMatchObject(ok(0));
    expect(live.map(({ attempt, seq }) => `${attempt}.${seq}`)).toEqual(['2.1', '2.2']);
    await expect.poll(stored, SECONDS).toHaveLength(2);
    expect(await texts(3, 'c')).toMatchObject(ok(2));
  });

  it('stores at once and acknowledges everything on `final`', async () => {
    expect(await texts(1, 'a', FINAL)).toMatchObject(ok(1));
    expect(stored()).toEqual([text('a')]);
  });

  it('stores at once what is longer than 16 KB', async () => {
    const fromMs = Date.now();
    await post({ fromSeq: 1, events: [text('x'.repeat(17_000))] });
    await expect.poll(stored, SECONDS).toHaveLength(1);
    // Others wait for 700 ms or more.
    expect(Date.now() - fromMs).toBeLessThan(patient(500));
  });

  it('takes a post that comes again only once', async () => {
    await texts(1, 'ab');
    await texts(1, 'ab');
    expect(await texts(2, 'bc', FINAL)).toMatchObject(ok(3));
    expect(stored()).toEqual([text('a'), text('b'), text('c')]);
  });

  it('acknowledges nothing it cannot vouch for: a hole is sent again by the runner', async () => {
    expect(await texts(5, 'e', FINAL)).toMatchObject(ok(0));
    expect(stored()).toEqual([]);
    stream.append(itemsFrom(2, 1, [...'abcd'].map(text)), 1);
    expect(await texts(5, 'e', FINAL)).toMatchObject(ok(5));
  });

  it('keeps a batch whose signal failed and sends it again', async () => {
    isTemporalAway = true;
    const answer = texts(1, 'a', FINAL);
    await expect.poll(() => refused, SECONDS).toBeGreaterThan(0);
    isTemporalAway = false;
    await expect(answer).resolves.toMatchObject(ok(1));
    expect(stored()).toEqual([text('a')]);
  });

  it('notes progress for this attempt, at most once a second, the newest last', async () => {
    const progress = (value: number) => percent(value, { text: `${value}%` });
    const doing = { turn: 1, tool: 'Write', file: 'index.html', bytes: 900 };
    await post({ fromSeq: 1, events: [progress(20)], doing });
    await post({ fromSeq: 2, events: [progress(30)] });
    await post({ fromSeq: 3, events: [progress(40)], doing: { ...doing, bytes: 950 } });
    expect(notes).toEqual([[jobId, 2, 20, { text: '20%' }, doing]]);
    const second = [jobId, 2, 40, { text: '40%' }, { ...doing, bytes: 950 }];
    await expect.poll(() => notes.slice(1), SECONDS).toEqual([second]);
    // What cannot be understood of it takes no event away.
    await post({ fromSeq: 4, events: [progress(50)], doing: { turn: 'x' } });
    await expect.poll(() => notes.at(-1), SECONDS).toEqual([jobId, 2, 50, { text: '50%' }, null]);
  });

  it('answers 410 and asks to stop: an older attempt, a job that is over or gone', async () => {
    expect(await texts(1, 'a', {}, { attempt: 1 })).toMatchObject(STOP);
    for (const ended of ['cancelled', 'failed', 'completed'] as const) {
      row = { status: ended, attempt: 2 };
      await expect.poll(() => texts(1, 'a'), SECONDS).toMatchObject(STOP);
    }
    row = null;
    expect(await texts(1, 'a')).toMatchObject({ status: 410 });
    expect(live).toEqual([]);
  });

  it('M2: stores the running cost, also of an attempt that is not wanted', async () => {
    await post({ fromSeq: 1, events: [text('a')], costUsd: 0.25 });
    await post({ fromSeq: 1, events: [], costUsd: 0.5 }, { attempt: 1 });
    await post({ fromSeq: 2, events: [], costUsd: -1 });
    const stored = { [`${jobId}.2`]: 0.25, [`${jobId}.1`]: 0.5 };
    await expect.poll(() => Object.fromEntries(costs), SECONDS).toEqual(stored);
  });

  it('believes a new attempt at once, although the row was read a moment ago', async () => {
    await texts(1, 'a');
    row = { status: 'processing', attempt: 3 };
    expect(await texts(1, 'A', FINAL, { attempt: 3 })).toMatchObject(ok(1));
  });

  it('429 with the time to come back for a wrong signature after too many of them', async () => {
    isAddressLimited = true;
    const wrong = { key: 'x'.repeat(40) };
    expect(await texts(1, 'a', {}, wrong)).toEqual({
      status: 429,
      body: { error: 'Too many wrong signatures' },
      retryAfter: '7',
    });
    expect((await texts(1, 'a')).status).toBe(200);
  });

  it('takes the posts of calls that began before the secret was changed', async () => {
    const posted = await texts(1, 'a', {}, { key: OLD_MASTER });
    expect(posted.status).toBe(200);
  });

  it.each<[string, number, PostOptions]>([
    ['a key of another master', 401, { key: 'x'.repeat(40) }],
    ['an old timestamp', 401, { atMs: Date.now() - 400_000 }],
    ['a timestamp of the future', 401, { atMs: Date.now() + 400_000 }],
    ['a timestamp that is none', 401, { timestamp: 'now' }],
    ['another job in the address', 403, { url: `/callback/${randomUUID()}` }],
    ['a call id that is none', 403, { callId: 'x.1' }],
    ['a body that is no JSON', 400, { raw: '{' }],
    ['a body that is no post', 400, { raw: '{"callId":"x"}' }],
    ['a body over 1 MiB', 413, { raw: 'x'.repeat(1024 * 1024 + 1) }],
  ])('refuses %s with %i', async (_name, status, options) => {
    expect(await texts(1, 'a', {}, options)).toMatchObject({ status });
    expect(live).toEqual([]);
  });

  it('refuses a post whose body was changed after signing', async () => {
    const body = JSON.stringify({ callId: `${jobId}.2`, fromSeq: 1, events: [text('a')] });
    const { status } = await send(`/callback/${jobId}`, body, {
      'x-stream-timestamp': secondsOf(Date.now()),
      'x-stream-signature': `v1=${'0'.repeat(64)}`,
    });
    expect(status).toBe(401);
  });

  it('puts posts off with 429 while too much waits to be stored', async () => {
    isTemporalAway = true;
    const big = Array.from({ length: 90 }, () => text('x'.repeat(8_000)));
    let seq = 1;
    let answer = await post({ fromSeq: seq, events: big });
    for (let i = 0; i < 6 && answer.status === 200; i++)
      answer = await post({ fromSeq: (seq += big.length), events: big });
    expect(answer).toMatchObject({ status: 429, retryAfter: '1' });
  });
});

describe('C2: POST /callback/actions/:actionId', () => {
  const callId = `${ACTION}.1`;
  const url = `/callback/actions/${ACTION}`;
  const events = [percent(10), percent(20)];

  it('the newest percentage of an action is noted and everything acknowledged', async () => {
    expect(await post({ fromSeq: 4, events }, { callId, url })).toMatchObject(ok(5));
    expect(actionNotes).toEqual([[ACTION, 20]]);
  });

  it('an action that has ended stops its runner', async () => {
    isActionWanted = false;
    expect(await post({ fromSeq: 1, events }, { callId, url })).toMatchObject({
      status: 410,
      body: { ackedSeq: 2, cancel: true },
    });
  });

  it.each<[string, number, PostOptions, unknown]>([
    ['a wrong key', 401, { key: 'another-master-secret-of-this-test-01234' }, events],
    ['another action', 403, { url: `/callback/actions/${randomUUID()}` }, events],
    ['no events', 400, {}, 'x'],
    ['a body over 1 MiB', 413, { raw: 'x'.repeat(1024 * 1024 + 1) }, events],
  ])('%s: refused, and nothing is noted', async (_what, status, options, sent) => {
    expect(await post({ fromSeq: 1, events: sent }, { callId, url, ...options })).toMatchObject({
      status,
    });
    expect(actionNotes).toEqual([]);
    expect(live).toEqual([]);
  });
});

describe('E8: POST /callback/:jobId/recording', () => {
  const PROJECT = ACTION;
  const BYTES = Buffer.from([0x1f, 0x8b, 1, 2, 3]);

  async function keep(changes: { attempt?: number; key?: string; callId?: string } = {}) {
    const { attempt = 2, key = MASTER } = changes;
    const { callId = `${jobId}.${attempt}` } = changes;
    const { status } = await send(`/callback/${jobId}/recording`, new Uint8Array(BYTES), {
      'x-stream-call': callId,
      ...signed(key, callId, secondsOf(Date.now()), BYTES),
    });
    return status;
  }
  const place = (status: JobRow['status']) =>
    ({ id: jobId, project_id: PROJECT, status, attempt: 2 }) as JobRow;

  it('is kept by project, job and attempt, also of an earlier one and after the end', async () => {
    row = place('processing');
    expect(await keep()).toBe(200);
    row = place('failed');
    expect(await keep({ attempt: 1 })).toBe(200);
    expect([...recordings.keys()]).toEqual([`${PROJECT}/${jobId}/2`, `${PROJECT}/${jobId}/1`]);
    expect(recordings.get(`${PROJECT}/${jobId}/2`)).toEqual(BYTES);
  });

  it('F1: a cancel keeps nothing; nor is anything kept of a job that is not there', async () => {
    row = place('cancelled');
    expect(await keep()).toBe(410);
    row = place('processing');
    expect(await keep({ attempt: 3 })).toBe(410);
    row = null;
    expect(await keep()).toBe(410);
    expect(recordings.size).toBe(0);
  });

  it('F2: what is written for a project that goes away goes with it', async () => {
    row = place('processing');
    isDeletedMeanwhile = true;
    expect(await keep()).toBe(410);
    expect(recordings.size).toBe(0);
  });

  it('is refused with another key, and for another job', async () => {
    row = place('processing');
    expect(await keep({ key: 'x'.repeat(40) })).toBe(401);
    expect(await keep({ callId: `${randomUUID()}.1` })).toBe(403);
    expect(recordings.size).toBe(0);
  });
});

/** From here on, spans are sent. */
describe('I6: posts belong to the span that they name', () => {
  const [traceId, spanId] = ['a'.repeat(32), 'b'.repeat(16)];
  let receiver: OtlpReceiver;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    const log = pino({ level: 'silent' });
    stop = await startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }, 'api', log);
  });
  afterAll(async () => {
    await stop();
    await receiver.stop();
  });

  it('that of a video, whose runner tells how far it is', async () => {
    const named = { callId: `${ACTION}.3`, traceparent: `00-${traceId}-${spanId}-01` };
    const url = `/callback/actions/${ACTION}`;
    await post({ fromSeq: 1, events: [percent(10)] }, { ...named, url });
    const span = await receiver.until(({ name }) => name === 'callback events');
    expect([span.traceId, span.parentSpanId]).toEqual([traceId, spanId]);
    const found = { 'dreamcore.action_id': ACTION, 'dreamcore.attempt': 3 };
    expect(span.attributes).toMatchObject(found);
    expect(span.attributes).not.toHaveProperty('dreamcore.job_id');
  });
});
