import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  expectNextAccepted,
  expectOneEnd,
  expectOneLine,
  servedCode,
  serviceClient,
  type Player,
} from '../support/checker.js';
import { expectPartMayEndAt } from '../support/ended-part.js';
import type { JobFrame } from '../support/listener.js';
import { arm, untilHit } from '../support/crash.js';
import { patient } from '../support/patience.js';
import { newPlayer, say } from '../support/player.js';
import { inFullRuns, isFullRun } from '../scope.js';
import { startStack, type Stack, type StackPart } from '../support/stack.js';

/**
 * Real processes, real signals: a part of the stack is killed or told to stop while a job runs, and
 * comes back with its data. An accepted message ends in exactly one version, and its listener
 * misses nothing. Every part at every step: full/phases.test.ts.
 */
// Bare time: how long it is away
const TEMPORAL_DOWN_MS = isFullRun ? 20_000 : 3_000;

let stack: Stack;
let player: Player;
beforeAll(async () => {
  // Slow enough that a killed API is back before the run has ended.
  stack = await startStack({ env: { DEMO_SECONDS: '4' }, leaveDown: ['temporal'] });
});
afterAll(() => stack.stop());
afterEach(() => player.listener.close());

async function midStream(): Promise<string> {
  player = await newPlayer(stack);
  const jobId = await say(player, '2Dのシューティングゲームを作って');
  await player.listener.untilMidRun();
  return jobId;
}

/** Gone, and started again by the launcher; listeners may be waiting meanwhile. */
async function endPart(part: StackPart, signal: NodeJS.Signals): Promise<void> {
  await stack.untilRestarted(part, await stack.kill(part, signal));
}

/** Told to stop twice, a worker finishes nothing: the next one begins the run anew. */
async function handOverWorker(): Promise<void> {
  const pid = await stack.pidOf('worker');
  process.kill(pid, 'SIGTERM');
  await sleep(patient(700));
  process.kill(pid, 'SIGTERM');
  await stack.untilRestarted('worker', pid);
}

/** One new version that all agree on, and a writer that takes the next message. */
async function expectOneVersion(jobId: string): Promise<void> {
  await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
  await expectOneEnd(stack, player, jobId, 'completed');
  await expectNextAccepted(player);
}

/** What the player saw being written is the game that was published. */
async function expectHeardTheGame(): Promise<void> {
  expect(player.listener.text).toContain((await servedCode(stack, player)).trim());
}

/** The game that was made is changed by the next message. */
async function expectChanged(): Promise<void> {
  const from = player.listener.frames.length;
  const nextId = await say(player, '敵を青にして');
  await expect(player.listener.untilEnd(from)).resolves.toMatchObject({
    type: 'completed',
    jobId: nextId,
  });
  await expectOneEnd(stack, player, nextId, 'completed');
  expect(await expectOneLine(stack, player)).toHaveLength(2);
}

describe('A8: an accepted message ends in exactly one version', () => {
  it('C1/D2/E4: a killed worker leaves one version, unbroken text and a free project', async () => {
    const jobId = await midStream();
    await endPart('worker', 'SIGKILL');
    const { attempt = 0, ...end } = await player.listener.untilEnd();
    expect(end).toMatchObject({ type: 'completed', jobId });
    expect(attempt).toBeGreaterThan(1);
    expect(
      player.listener.frames
        .filter(({ type }) => type === 'streamReset')
        .map((frame) => frame.attempt),
    ).toContain(attempt);
    await expectOneEnd(stack, player, jobId, 'completed');
    await expectHeardTheGame();
    // What was noted of the run was there, and the next worker has taken it.
    const notes = () => readdir(path.join(stack.dataDir, 'at-work'));
    await expect.poll(notes, { timeout: patient(20_000) }).toEqual([]);
    await expectNextAccepted(player);
    if (isFullRun) await expectChanged();
  });

  it('D3/C3: the API killed mid-stream: the listener resumes without gap or repeat', async () => {
    const jobId = await midStream();
    await endPart('api', 'SIGKILL');
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
    expect(player.listener.reconnects).toBeGreaterThan(0);
    await expectOneEnd(stack, player, jobId, 'completed');
    await expectHeardTheGame();
    await expectNextAccepted(player);
  });

  inFullRuns('chaos kills every part; a worker and the API are killed above', () => {
    it('although the gateway is killed in mid-stream', async () => {
      const jobId = await midStream();
      await endPart('supabase', 'SIGKILL');
      await expectOneVersion(jobId);
    });

    it('although PostgreSQL is killed in mid-stream', async () => {
      const jobId = await midStream();
      await endPart('postgres', 'SIGKILL');
      await expectOneVersion(jobId);
    });

    it.each([
      ['API', 'api', 'closed', 'after-complete-before-notify'],
      ['PostgreSQL', 'postgres', 'published', 'after-import-before-publish'],
    ] as const)(
      'although %s (%s) is killed in the moment in which the job is %s',
      async (_name, part, _phase, point) => {
        player = await newPlayer(stack);
        await expectPartMayEndAt(stack, player, [part, 'SIGKILL'], point);
      },
    );

    it('although Temporal is killed in mid-stream and comes back later from its file', async () => {
      const jobId = await midStream();
      await stack.kill('temporal');
      await sleep(TEMPORAL_DOWN_MS);
      await stack.startPart('temporal');
      await expectOneVersion(jobId);
    });
  });
});

describe('SIGTERM under a running job', () => {
  it('D5: the API closes its sockets with 1012, and they go on where they were', async () => {
    const jobId = await midStream();
    await endPart('api', 'SIGTERM');
    await expectOneVersion(jobId);
    expect(player.listener.closeCodes).toEqual([1012]);
    expect(player.listener.reconnects).toBe(1);
  });

  it('the worker is drained: the run that it has begun ends in its first attempt', async () => {
    const jobId = await midStream();
    await endPart('worker', 'SIGTERM');
    await expectOneVersion(jobId);
    const { data } = await serviceClient(stack)
      .from('jobs')
      .select('attempt')
      .eq('id', jobId)
      .single();
    expect(data).toEqual({ attempt: 1 });
    expect(player.listener.frames.filter(({ type }) => type === 'streamReset')).toEqual([]);
  });

  inFullRuns('one restart is drained above; test/workflows/backend counts the tries', () => {
    it('I5: three rolling restarts that cut the run cost no try and no money', async () => {
      const jobId = await midStream();
      for (const attempt of [2, 3, 4]) {
        await handOverWorker();
        await player.listener.until(
          (frame) => frame.type === 'stream' && frame.attempt === attempt,
          0,
          patient(60_000),
        );
      }
      await expectOneVersion(jobId);
      const client = serviceClient(stack);
      const job = await client.from('jobs').select('attempt, usage').eq('id', jobId).single();
      expect(job.data).toMatchObject({ attempt: 4 });
      const { data: spent } = await client
        .from('usage_events')
        .select('call_id, state, failure, usd')
        .eq('job_id', jobId)
        .eq('kind', 'model')
        .order('call_id');
      // The house bears what was cut: what it had cost by then, never the whole estimate.
      expect(spent).toEqual([
        ...[1, 2, 3].map((attempt) => ({
          call_id: `${jobId}.${attempt}`,
          state: 'released',
          failure: null,
          usd: expect.closeTo(0, 0) as number,
        })),
        {
          call_id: `${jobId}.4`,
          state: 'settled',
          failure: null,
          usd: (job.data as { usage: { costUsd: number } }).usage.costUsd,
        },
      ]);
    });
  });
});

describe('F1: a job past its commit point', () => {
  it('completes although it is cancelled without its id, and the answer is that end', async () => {
    player = await newPlayer(stack);
    const { listener } = player;
    const asked = await say(player, 'このゲームの遊び方は？');
    await listener.untilEnd();
    const worker = await stack.pidOf('worker');
    await arm(stack, 'after-publish-before-complete', 'SIGSTOP');
    const jobId = await say(player, '2Dのシューティングゲームを作って');
    await untilHit(stack, 'after-publish-before-complete');
    // Subscribed to a job that has ended, it is sent nothing but what `cancel` answers.
    listener.send({ type: 'subscribeJob', jobId: asked });
    await listener.until(({ type }) => type === 'subscribed');
    const from = listener.frames.length;
    listener.send({ type: 'cancel' });
    process.kill(worker, 'SIGCONT');
    await expect(listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed', jobId });
    await expectOneEnd(stack, player, jobId, 'completed');
  });
});

describe('A6: a job that no worker has opened', () => {
  it.each([
    ['by its id', (jobId: string | undefined) => ({ jobId })],
    ['as what runs in the selected project', () => ({})],
  ])('F1: is stopped %s, and the project takes the next message', async (_how, which) => {
    player = await newPlayer(stack);
    const { listener } = player;
    const worker = await stack.pidOf('worker');
    process.kill(worker, 'SIGSTOP');
    let jobId: string | undefined;
    try {
      listener.say('2Dのシューティングゲームを作って');
      jobId = (await listener.until(({ type }) => type === 'jobStarted', 0, patient(20_000))).jobId;
      listener.send({ type: 'cancel', ...which(jobId) });
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
    const next = await listener.until(({ type }) => type === 'jobStarted', from, patient(10_000));
    // The stopped job may still be spoken of: everybody hears `cancelled`, and its sender an answer
    // as well.
    const isEnd = (frame: JobFrame): boolean =>
      frame.jobId === next.jobId && ['completed', 'failed', 'cancelled'].includes(frame.type);
    await expect(listener.until(isEnd, from)).resolves.toMatchObject({ type: 'completed' });
  });
});
