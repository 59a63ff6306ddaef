import { createClient } from '@supabase/supabase-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Listener, oneTo, seqsOf, type JobFrame } from '../support/listener.js';
import { startStack, type Stack, type StackPart } from '../support/stack.js';
import { createUser } from '../support/users.js';

/** What an operator does: SIGTERM for one part after the other while a job runs. Nothing is lost, done twice or stuck. */
let stack: Stack;
let listener: Listener;
let projectId: string;
beforeAll(async () => { stack = await startStack({ env: { DEMO_SECONDS: '4' } }); });
afterAll(() => stack.stop());
afterEach(() => listener.close());

const admin = () => createClient(stack.env['SUPABASE_URL'] ?? '', stack.env['SUPABASE_SERVICE_ROLE_KEY'] ?? '', { auth: { persistSession: false } });

async function newPlayer(): Promise<void> {
  const user = await createUser(stack.env);
  listener = new Listener(stack.baseUrl, user.accessToken);
  await listener.open();
  projectId = await listener.createProject();
}

async function midStream(): Promise<string> {
  await newPlayer();
  listener.say('2Dのシューティングゲームを作って');
  const { jobId = '' } = await listener.until(({ type }) => type === 'jobStarted');
  await listener.until((frame) => frame.type === 'stream' && (frame.seq ?? 0) > 8);
  return jobId;
}

/** Told to stop, gone, and started again by the launcher; listeners may be waiting meanwhile. */
async function stopInOrder(part: StackPart): Promise<void> {
  await stack.untilRestarted(part, await stack.kill(part, 'SIGTERM'));
}

/** One new version, one completed row, text without gap or repeat, and a writer that takes the next message. */
async function expectOneVersion(jobId: string): Promise<void> {
  const end = await listener.untilEnd();
  expect(end).toMatchObject({ type: 'completed', jobId });
  const { data: versions } = await admin().from('revisions').select('job_id, kind').eq('project_id', projectId);
  expect(versions).toEqual([{ job_id: jobId, kind: 'generate' }]);
  const { data: rows } = await admin().from('jobs').select('id, status').eq('project_id', projectId);
  expect(rows).toEqual([{ id: jobId, status: 'completed' }]);
  const seqs = seqsOf(listener.frames, end.attempt ?? 0);
  expect(seqs.length).toBeGreaterThan(8);
  expect(seqs).toEqual(oneTo(seqs.length));
  const from = listener.frames.length;
  listener.say('このゲームの遊び方は？');
  await listener.until(({ type }) => type === 'jobStarted', from, 10_000);
  await expect(listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed' });
}

describe('SIGTERM under a running job', () => {
  it('D5: the API closes its sockets with 1012, and they go on where they were', async () => {
    const jobId = await midStream();
    await stopInOrder('api');
    await expectOneVersion(jobId);
    expect(listener.closeCodes).toEqual([1012]);
    expect(listener.reconnects).toBe(1);
  });

  it('the worker is drained: the run that it has begun ends in its first attempt', async () => {
    const jobId = await midStream();
    await stopInOrder('worker');
    await expectOneVersion(jobId);
    const { data } = await admin().from('jobs').select('attempt').eq('id', jobId).single();
    expect(data).toEqual({ attempt: 1 });
    expect(listener.frames.filter(({ type }) => type === 'streamReset')).toEqual([]);
  });

  it.each(['temporal', 'supabase'] as const)('%s comes back and the job ends in its version', async (part) => {
    const jobId = await midStream();
    await stopInOrder(part);
    await expectOneVersion(jobId);
  });
});

describe('A6: a job that no worker has opened', () => {
  it('F1: is stopped by its id, and the project takes the next message', async () => {
    await newPlayer();
    const worker = await stack.pidOf('worker');
    process.kill(worker, 'SIGSTOP');
    let jobId: string | undefined;
    try {
      listener.say('2Dのシューティングゲームを作って');
      jobId = (await listener.until(({ type }) => type === 'jobStarted', 0, 20_000)).jobId;
      listener.send({ type: 'cancel', jobId });
    } finally {
      process.kill(worker, 'SIGCONT');
    }
    const answer = await listener.until(({ type }) => type === 'cancelled' || type === 'error' || type === 'completed');
    expect(answer).toMatchObject({ type: 'cancelled', jobId });
    const { data: versions } = await admin().from('revisions').select('job_id').eq('project_id', projectId);
    expect(versions).toEqual([]);
    const from = listener.frames.length;
    listener.say('このゲームの遊び方は？');
    const next = await listener.until(({ type }) => type === 'jobStarted', from, 10_000);
    // The stopped job may still be spoken of: everybody hears `cancelled`, and its sender an answer as well.
    const isEnd = (frame: JobFrame): boolean => frame.jobId === next.jobId && ['completed', 'failed', 'cancelled'].includes(frame.type);
    await expect(listener.until(isEnd, from)).resolves.toMatchObject({ type: 'completed' });
  });
});
