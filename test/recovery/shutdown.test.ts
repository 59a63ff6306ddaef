import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  expectNextAccepted,
  expectOneEnd,
  expectOneLine,
  serviceClient,
  type Player,
} from '../support/checker.js';
import type { JobFrame } from '../support/listener.js';
import { newPlayer, say } from '../support/player.js';
import { startStack, type Stack, type StackPart } from '../support/stack.js';

/**
 * What an operator does: SIGTERM for one part after the other while a job runs. Nothing is lost,
 * done twice or stuck.
 */
let stack: Stack;
let player: Player;
beforeAll(async () => {
  stack = await startStack({ env: { DEMO_SECONDS: '4' } });
});
afterAll(() => stack.stop());
afterEach(() => player.listener.close());

async function midStream(): Promise<string> {
  player = await newPlayer(stack);
  const jobId = await say(player);
  await player.listener.until((frame) => frame.type === 'stream' && (frame.seq ?? 0) > 8);
  return jobId;
}

/** Told to stop, gone, and started again by the launcher; listeners may be waiting meanwhile. */
async function stopInOrder(part: StackPart): Promise<void> {
  await stack.untilRestarted(part, await stack.kill(part, 'SIGTERM'));
}

/** One new version that all agree on, and a writer that takes the next message. */
async function expectOneVersion(jobId: string): Promise<void> {
  await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
  await expectOneEnd(stack, player, jobId, 'completed');
  await expectNextAccepted(player);
}

describe('SIGTERM under a running job', () => {
  it('D5: the API closes its sockets with 1012, and they go on where they were', async () => {
    const jobId = await midStream();
    await stopInOrder('api');
    await expectOneVersion(jobId);
    expect(player.listener.closeCodes).toEqual([1012]);
    expect(player.listener.reconnects).toBe(1);
  });

  it('the worker is drained: the run that it has begun ends in its first attempt', async () => {
    const jobId = await midStream();
    await stopInOrder('worker');
    await expectOneVersion(jobId);
    const { data } = await serviceClient(stack)
      .from('jobs')
      .select('attempt')
      .eq('id', jobId)
      .single();
    expect(data).toEqual({ attempt: 1 });
    expect(player.listener.frames.filter(({ type }) => type === 'streamReset')).toEqual([]);
  });

  it.each(['temporal', 'supabase'] as const)(
    '%s comes back and the job ends in its version',
    async (part) => {
      const jobId = await midStream();
      await stopInOrder(part);
      await expectOneVersion(jobId);
    },
  );
});

describe('A6: a job that no worker has opened', () => {
  it('F1: is stopped by its id, and the project takes the next message', async () => {
    player = await newPlayer(stack);
    const { listener } = player;
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
    const answer = await listener.until(
      ({ type }) => type === 'cancelled' || type === 'error' || type === 'completed',
    );
    expect(answer).toMatchObject({ type: 'cancelled', jobId });
    expect(await expectOneLine(stack, player)).toEqual([]);
    const from = listener.frames.length;
    listener.say('このゲームの遊び方は？');
    const next = await listener.until(({ type }) => type === 'jobStarted', from, 10_000);
    // The stopped job may still be spoken of: everybody hears `cancelled`, and its sender an answer
    // as well.
    const isEnd = (frame: JobFrame): boolean =>
      frame.jobId === next.jobId && ['completed', 'failed', 'cancelled'].includes(frame.type);
    await expect(listener.until(isEnd, from)).resolves.toMatchObject({ type: 'completed' });
  });
});
