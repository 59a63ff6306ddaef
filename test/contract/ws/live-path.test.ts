import { createHmac, randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { patient } from '../../support/patience.js';
import { newProject, Socket } from './socket.js';

/**
 * The test plays the runs itself: signed posts to the real callback, opening and closing events by
 * real signals.
 */
const SECRET = 'callback-secret-of-this-test-0123456789';
const CLOSING_SEQ = 1_000_000_000;

let stack: Stack;
let user: TestUser;
let service: ReturnType<typeof serviceClient>;
let connection: Connection;
let temporal: Client;
let socket: Socket;
let projectId: string;
let jobId: string;

const serviceClient = () =>
  createClient(stack.env.SUPABASE_URL!, stack.env.SUPABASE_SERVICE_ROLE_KEY!, {
    auth: { persistSession: false },
  });
beforeAll(async () => {
  stack = await startStack({ without: ['demo'], env: { CALLBACK_SECRET: SECRET } });
  service = serviceClient();
  connection = await Connection.connect({ address: stack.env.TEMPORAL_ADDRESS! });
  temporal = new Client({ connection });
});
afterAll(async () => {
  await connection.close();
  await stack.stop();
});
beforeEach(async () => {
  user = await createUser(stack.env);
  socket = await Socket.signedIn(stack.baseUrl, user);
  projectId = await newProject(socket);
  jobId = randomUUID();
  await service.from('jobs').insert({
    id: jobId,
    user_id: user.id,
    project_id: projectId,
    status: 'processing',
    progress: 5,
    attempt: 1,
  });
  return () => socket.close();
});

async function append(items: { attempt: number; seq: number; event: object }[]): Promise<void> {
  await temporal.workflow.signalWithStart('jobStream', {
    workflowId: `stream/${jobId}`,
    taskQueue: 'dreamcore',
    args: [{ jobId }],
    signal: 'append',
    signalArgs: [items],
  });
}
const started = { attempt: 0, seq: 1, event: { type: 'started' } };
const fromStart = () => ({ type: 'subscribeJob', jobId, since: { jobId, attempt: 0, seq: 0 } });

async function post(attempt: number, fromSeq: number, texts: string[], final = false) {
  const callId = `${jobId}.${attempt}`;
  const body = JSON.stringify({
    callId,
    fromSeq,
    events: texts.map((content) => ({ type: 'stream', content })),
    ...(final ? { final } : {}),
  });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = createHmac('sha256', SECRET).update(callId).digest();
  const signature = `v1=${createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')}`;
  const response = await fetch(`${stack.baseUrl}/callback/${jobId}`, {
    method: 'POST',
    body,
    headers: { 'x-stream-timestamp': timestamp, 'x-stream-signature': signature },
  });
  return {
    status: response.status,
    body: (await response.json()) as { ackedSeq?: number; cancel?: boolean },
  };
}

describe('D2: live path and durable stream', () => {
  it('`started` goes first; text comes before it is stored; frames know their place', async () => {
    await socket.ask(fromStart());
    await post(1, 1, ['a', 'b']);
    await append([started]);
    expect(await socket.next()).toMatchObject({ type: 'started', jobId, attempt: 0, seq: 1 });
    expect([await socket.next(), await socket.next()]).toEqual([
      { type: 'stream', content: 'a', jobId, attempt: 1, seq: 1 },
      { type: 'stream', content: 'b', jobId, attempt: 1, seq: 2 },
    ]);
    const sentMs = Date.now();
    await post(1, 3, ['c']);
    expect(await socket.next()).toMatchObject({ content: 'c', seq: 3 });
    expect(Date.now() - sentMs).toBeLessThan(patient(500));
    await expect(post(1, 4, [], true)).resolves.toEqual({
      status: 200,
      body: { ackedSeq: 3, cancel: false },
    });
    // Only the durable stream has this one: what it had before it was not told again.
    await append([{ attempt: 1, seq: 4, event: { type: 'stream', content: 'd' } }]);
    expect(await socket.next()).toMatchObject({ content: 'd', seq: 4 });
  });

  it('C3: what is acknowledged is in the stream, for late listeners and attempts', async () => {
    await append([started]);
    await post(1, 1, ['a', 'b'], true);
    await service.from('jobs').update({ attempt: 2 }).eq('id', jobId);
    await post(2, 1, ['A'], true);
    await expect(post(1, 3, ['late'])).resolves.toMatchObject({
      status: 410,
      body: { cancel: true },
    });
    await append([
      {
        attempt: 2,
        seq: CLOSING_SEQ,
        event: { type: 'failed', error: { code: 'RunStalled', params: {} } },
      },
    ]);
    await socket.ask(fromStart());
    await socket.next('failed');
    expect(socket.frames.slice(-6).map(({ type, content }) => content ?? type)).toEqual([
      'started',
      'a',
      'b',
      'streamReset',
      'A',
      'failed',
    ]);
    expect(socket.frames.at(-3)).toEqual({ type: 'streamReset', jobId, attempt: 2 });
  });

  it('B3: progress and the time of the last event reach the row', async () => {
    const before = Date.now() - 5_000;
    await post(1, 1, ['a']);
    await expect
      .poll(
        async () =>
          Date.parse(
            (await service.from('jobs').select('last_event_at').eq('id', jobId).single()).data
              ?.last_event_at as string,
          ),
        { timeout: patient(5_000) },
      )
      .toBeGreaterThan(before);
  });

  it('C2: a job that is over wants nothing more', async () => {
    await service.from('jobs').update({ status: 'cancelled' }).eq('id', jobId);
    await expect(post(1, 1, ['a'])).resolves.toMatchObject({ status: 410, body: { cancel: true } });
  });

  it('while Temporal is killed the text goes on, nothing lost or repeated afterwards', async () => {
    await append([started]);
    await socket.ask(fromStart());
    await socket.next('started');
    await post(1, 1, ['a'], true);
    const oldPid = await stack.kill('temporal');
    await post(1, 2, ['b', 'c']);
    expect(
      [await socket.next(), await socket.next(), await socket.next()].map(
        (frame) => frame['content'],
      ),
    ).toEqual(['a', 'b', 'c']);
    await stack.untilRestarted('temporal', oldPid);
    await expect
      .poll(async () => (await post(1, 2, ['b', 'c'], true)).body.ackedSeq, {
        timeout: patient(20_000),
        interval: 200,
      })
      .toBe(3);
    const late = await Socket.signedIn(stack.baseUrl, user);
    await late.ask(fromStart());
    await expect
      .poll(
        () => late.frames.filter(({ type }) => type === 'stream').map((frame) => frame['content']),
        { timeout: patient(20_000) },
      )
      .toEqual(['a', 'b', 'c']);
    expect(socket.frames.filter(({ type }) => type === 'stream')).toHaveLength(3);
    await late.close();
  });
});
