import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { streamWorkflowId } from '../../../src/contracts/base/ids.js';
import { SyntheticJob } from '../../bench/synthetic-job.js';
import { Listener, oneTo, seqsOf } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { startStack, type Stack } from '../../support/stack.js';

/** More signals than one run of a job's stream takes (D1), stored one by one. */
const BEFORE_FULL = 240;
const SIGNALS = 275;
/**
 * Places that somebody who was away for a moment has missed: fewer than the stream's tail holds.
 */
const MISSED = 50;

let stack: Stack;
let connection: Connection;
beforeAll(async () => {
  stack = await startStack();
  connection = await Connection.connect({ address: stack.env['TEMPORAL_ADDRESS'] ?? '' });
});
afterAll(async () => {
  await connection?.close();
  await stack?.stop();
});

it('D1: a long stream goes on in a new run though the worker dies: no gap, no repeat', async () => {
  const job = await SyntheticJob.start({ stack, quick: true });
  const { user, projectId } = job.session;
  const listener = new Listener(stack.baseUrl, user.accessToken, projectId);
  listener.lastPlace = { jobId: job.id, attempt: 0, seq: 0 };
  await listener.open();
  const stream = new Client({ connection }).workflow.getHandle(streamWorkflowId(job.id));
  const { runId: firstRun } = await stream.describe();

  const say = (text: string) => job.sender.post([{ type: 'stream', content: `${text} ` }], true);
  while (job.sender.seq < BEFORE_FULL) await say(`${job.sender.seq}`);
  const killed = await stack.kill('worker');
  while (job.sender.seq < SIGNALS) await say(`${job.sender.seq}`);
  await stack.untilRestarted('worker', killed);
  await expect
    .poll(async () => (await stream.describe()).runId, { timeout: patient(60_000) })
    .not.toBe(firstRun);
  await say('after the change');

  const returning = new Listener(stack.baseUrl, user.accessToken, projectId);
  returning.lastPlace = { jobId: job.id, attempt: 1, seq: job.sender.seq - MISSED };
  await returning.open();
  await job.end({ stack, quick: true });
  for (const one of [listener, returning])
    await expect(one.untilEnd()).resolves.toMatchObject({ type: 'failed', jobId: job.id });
  expect(seqsOf(listener.frames, 1)).toEqual(oneTo(job.sender.seq));
  expect(seqsOf(returning.frames, 1)).toEqual(oneTo(job.sender.seq).slice(-MISSED));
  for (const one of [listener, returning]) one.close();
});
