import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import express from 'express';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

const MASTER = 'm'.repeat(40);
const OLD_MASTER = 'o'.repeat(40);
const text = (content: string): RunnerEvent => ({ type: 'stream', content });

let jobId: string;
let server: Server;
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
let dataDir: string;

beforeEach(async () => {
  costs = new Map();
  jobId = randomUUID();
  [row, stream, live, notes, isTemporalAway] = [
    { status: 'processing', attempt: 2 },
    new StreamState(),
    [],
    [],
    false,
  ];
  refused = 0;
  actionNotes = [];
  isActionWanted = true;
  isAddressLimited = false;
  isDeletedMeanwhile = false;
  recordings = new Map();
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-callback-'));
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
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(dataDir, { recursive: true, force: true });
});

interface PostOptions {
  attempt?: number;
  callId?: string;
  key?: string;
  atMs?: number;
  url?: string;
  raw?: string;
  timestamp?: string;
  traceparent?: string;
}

async function post(body: object, options: PostOptions = {}) {
  const callId = options.callId ?? `${jobId}.${options.attempt ?? 2}`;
  const raw = options.raw ?? JSON.stringify({ callId, ...body });
  const timestamp = options.timestamp ?? String(Math.floor((options.atMs ?? Date.now()) / 1000));
  const key = createHmac('sha256', options.key ?? MASTER)
    .update(callId)
    .digest();
  const signature = `v1=${createHmac('sha256', key).update(`${timestamp}.${raw}`).digest('hex')}`;
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${options.url ?? `/callback/${jobId}`}`, {
    method: 'POST',
    body: raw,
    headers: {
      'x-stream-timestamp': timestamp,
      'x-stream-signature': signature,
      ...(options.traceparent && { traceparent: options.traceparent }),
    },
  });
  return {
    status: response.status,
    body: await response.json(),
    retryAfter: response.headers.get('retry-after'),
  };
}

/** What is done about once a second. */
const SECONDS = { timeout: patient(10_000) };
const stored = () => stream.page(START_OF_STREAM).items.map(({ event }) => event);

describe('C2: POST /callback/:jobId', () => {
  it('answers at once, tells the live path first and acknowledges after the signal', async () => {
    await expect(post({ fromSeq: 1, events: [text('a'), text('b')] })).resolves.toMatchObject({
      status: 200,
      body: { ackedSeq: 0, cancel: false },
    });
    expect(live.map(({ attempt, seq }) => [attempt, seq])).toEqual([
      [2, 1],
      [2, 2],
    ]);
    await expect.poll(stored, SECONDS).toHaveLength(2);
    await expect(post({ fromSeq: 3, events: [text('c')] })).resolves.toMatchObject({
      body: { ackedSeq: 2 },
    });
  });

  it('stores at once and acknowledges everything on `final`', async () => {
    await expect(post({ fromSeq: 1, events: [text('a')], final: true })).resolves.toMatchObject({
      body: { ackedSeq: 1, cancel: false },
    });
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
    await post({ fromSeq: 1, events: [text('a'), text('b')] });
    await post({ fromSeq: 1, events: [text('a'), text('b')] });
    await expect(
      post({ fromSeq: 2, events: [text('b'), text('c')], final: true }),
    ).resolves.toMatchObject({ body: { ackedSeq: 3 } });
    expect(stored()).toEqual([text('a'), text('b'), text('c')]);
  });

  it('acknowledges nothing it cannot vouch for: a hole is sent again by the runner', async () => {
    await expect(post({ fromSeq: 5, events: [text('e')], final: true })).resolves.toMatchObject({
      status: 200,
      body: { ackedSeq: 0 },
    });
    expect(stored()).toEqual([]);
    stream.append(
      [1, 2, 3, 4].map((seq) => ({ attempt: 2, seq, event: text(String(seq)) })),
      1,
    );
    await expect(post({ fromSeq: 5, events: [text('e')], final: true })).resolves.toMatchObject({
      body: { ackedSeq: 5 },
    });
  });

  it('keeps a batch whose signal failed and sends it again', async () => {
    isTemporalAway = true;
    const answer = post({ fromSeq: 1, events: [text('a')], final: true });
    await expect.poll(() => refused, SECONDS).toBeGreaterThan(0);
    isTemporalAway = false;
    await expect(answer).resolves.toMatchObject({ body: { ackedSeq: 1 } });
    expect(stored()).toEqual([text('a')]);
  });

  it('notes progress for this attempt, at most once a second, the newest last', async () => {
    const progress = (value: number): RunnerEvent => ({
      type: 'progress',
      progress: value,
      message: { text: `${value}%` },
    });
    const doing = { turn: 1, tool: 'Write', file: 'index.html', bytes: 900 };
    await post({ fromSeq: 1, events: [progress(20)], doing });
    await post({ fromSeq: 2, events: [progress(30)] });
    await post({ fromSeq: 3, events: [progress(40)], doing: { ...doing, bytes: 950 } });
    expect(notes).toEqual([[jobId, 2, 20, { text: '20%' }, doing]]);
    await expect
      .poll(() => notes, SECONDS)
      .toEqual([
        [jobId, 2, 20, { text: '20%' }, doing],
        [jobId, 2, 40, { text: '40%' }, { ...doing, bytes: 950 }],
      ]);
    // What cannot be understood of it takes no event away.
    await post({ fromSeq: 4, events: [progress(50)], doing: { turn: 'x' } });
    await expect.poll(() => notes.at(-1), SECONDS).toEqual([jobId, 2, 50, { text: '50%' }, null]);
  });

  it('answers 410 and asks to stop: an older attempt, a job that is over or gone', async () => {
    await expect(post({ fromSeq: 1, events: [text('a')] }, { attempt: 1 })).resolves.toMatchObject({
      status: 410,
      body: { cancel: true },
    });
    for (const ended of ['cancelled', 'failed', 'completed'] as const) {
      row = { status: ended, attempt: 2 };
      await expect
        .poll(() => post({ fromSeq: 1, events: [text('a')] }), SECONDS)
        .toMatchObject({ status: 410, body: { cancel: true } });
    }
    row = null;
    await expect(post({ fromSeq: 1, events: [text('a')] })).resolves.toMatchObject({ status: 410 });
    expect(live).toEqual([]);
  });

  it('M2: stores the running cost, also of an attempt that is not wanted', async () => {
    await post({ fromSeq: 1, events: [text('a')], costUsd: 0.25 });
    await post({ fromSeq: 1, events: [], costUsd: 0.5 }, { attempt: 1 });
    await post({ fromSeq: 2, events: [], costUsd: -1 });
    const stored = { [`${jobId}.2`]: 0.25, [`${jobId}.1`]: 0.5 };
    await expect
      .poll(() => Object.fromEntries(costs), { timeout: patient(15_000) })
      .toEqual(stored);
  });

  it('believes a new attempt at once, although the row was read a moment ago', async () => {
    await post({ fromSeq: 1, events: [text('a')] });
    row = { status: 'processing', attempt: 3 };
    await expect(
      post({ fromSeq: 1, events: [text('A')], final: true }, { attempt: 3 }),
    ).resolves.toMatchObject({ status: 200, body: { ackedSeq: 1 } });
  });

  it('429 with the time to come back for a wrong signature after too many of them', async () => {
    isAddressLimited = true;
    const wrong = { key: 'x'.repeat(40) };
    expect(await post({ fromSeq: 1, events: [text('a')] }, wrong)).toEqual({
      status: 429,
      body: { error: 'Too many wrong signatures' },
      retryAfter: '7',
    });
    expect((await post({ fromSeq: 1, events: [text('a')] })).status).toBe(200);
  });

  it('takes the posts of calls that began before the secret was changed', async () => {
    const posted = await post({ fromSeq: 1, events: [text('a')] }, { key: OLD_MASTER });
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
    await expect(post({ fromSeq: 1, events: [text('a')] }, options)).resolves.toMatchObject({
      status,
    });
    expect(live).toEqual([]);
  });

  it('refuses a post whose body was changed after signing', async () => {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/callback/${jobId}`, {
      method: 'POST',
      body: JSON.stringify({ callId: `${jobId}.2`, fromSeq: 1, events: [text('a')] }),
      headers: {
        'x-stream-timestamp': String(Math.floor(Date.now() / 1000)),
        'x-stream-signature': `v1=${'0'.repeat(64)}`,
      },
    });
    expect(response.status).toBe(401);
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
  const ACTION = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const callId = `${ACTION}.1`;
  const url = `/callback/actions/${ACTION}`;
  const progress = (percent: number): RunnerEvent => ({
    type: 'progress',
    progress: percent,
    message: null,
  });
  const events = [progress(10), progress(20)];

  it('the newest percentage of an action is noted and everything acknowledged', async () => {
    expect(await post({ fromSeq: 4, events }, { callId, url })).toMatchObject({
      status: 200,
      body: { ackedSeq: 5, cancel: false },
    });
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
    [
      'another action',
      403,
      { url: '/callback/actions/1f8fad5b-d9cb-469f-a165-70867728950e' },
      events,
    ],
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
  const PROJECT = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const BYTES = Buffer.from([0x1f, 0x8b, 1, 2, 3]);

  async function send(changes: { attempt?: number; key?: string; callId?: string } = {}) {
    const { attempt = 2, key = MASTER } = changes;
    const { callId = `${jobId}.${attempt}` } = changes;
    const timestamp = String(Math.floor(Date.now() / 1000));
    const mac = createHmac('sha256', createHmac('sha256', key).update(callId).digest())
      .update(`${timestamp}.`)
      .update(BYTES)
      .digest('hex');
    const { port } = server.address() as AddressInfo;
    const { status } = await fetch(`http://127.0.0.1:${port}/callback/${jobId}/recording`, {
      method: 'POST',
      body: new Uint8Array(BYTES),
      headers: {
        'x-stream-call': callId,
        'x-stream-timestamp': timestamp,
        'x-stream-signature': `v1=${mac}`,
      },
    });
    return status;
  }
  const place = (status: JobRow['status']) =>
    ({ id: jobId, project_id: PROJECT, status, attempt: 2 }) as JobRow;

  it('is kept by project, job and attempt, also of an earlier one and after the end', async () => {
    row = place('processing');
    expect(await send()).toBe(200);
    row = place('failed');
    expect(await send({ attempt: 1 })).toBe(200);
    expect([...recordings.keys()]).toEqual([`${PROJECT}/${jobId}/2`, `${PROJECT}/${jobId}/1`]);
    expect(recordings.get(`${PROJECT}/${jobId}/2`)).toEqual(BYTES);
  });

  it('F1: a cancel keeps nothing; nor is anything kept of a job that is not there', async () => {
    row = place('cancelled');
    expect(await send()).toBe(410);
    row = place('processing');
    expect(await send({ attempt: 3 })).toBe(410);
    row = null;
    expect(await send()).toBe(410);
    expect(recordings.size).toBe(0);
  });

  it('F2: what is written for a project that goes away goes with it', async () => {
    row = place('processing');
    isDeletedMeanwhile = true;
    expect(await send()).toBe(410);
    expect(recordings.size).toBe(0);
  });

  it('is refused with another key, and for another job', async () => {
    row = place('processing');
    expect(await send({ key: 'x'.repeat(40) })).toBe(401);
    expect(await send({ callId: `${randomUUID()}.1` })).toBe(403);
    expect(recordings.size).toBe(0);
  });
});

/** From here on, spans are sent. */
describe('I6: posts belong to the span that they name', () => {
  const ACTION = '0f8fad5b-d9cb-469f-a165-70867728950e';
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
    await post(
      { fromSeq: 1, events: [{ type: 'progress', progress: 10, message: null }] },
      {
        ...{ callId: `${ACTION}.3`, url: `/callback/actions/${ACTION}` },
        traceparent: `00-${traceId}-${spanId}-01`,
      },
    );
    const span = await receiver.until(({ name }) => name === 'callback events');
    expect([span.traceId, span.parentSpanId]).toEqual([traceId, spanId]);
    expect(span.attributes).toMatchObject({
      'dreamcore.action_id': ACTION,
      'dreamcore.attempt': 3,
    });
    expect(span.attributes).not.toHaveProperty('dreamcore.job_id');
  });
});
