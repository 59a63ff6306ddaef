import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  expectNextAccepted,
  expectOneEnd,
  filesOf,
  type JobEnd,
  type Player,
} from '../support/checker.js';
import { isFullRun } from '../scope.js';
import { arm, untilHit } from '../support/crash.js';
import { newPlayer, say } from '../support/player.js';
import { runsOf } from '../support/processes.js';
import { startStack, type Stack } from '../support/stack.js';
import { startWorkers, type Workers } from '../support/workers.js';
import { sendSignal } from '../support/signals.js';

/** Runs that are killed, shared between two workers, or cancelled. */
let stack: Stack;
let workers: Workers;
/** After a cancel nothing may be written any more (F1); the long version looks longer. */
const WATCH_MS = isFullRun ? 10_000 : 2_000;

beforeAll(async () => {
  // One slot for each of two workers: both are at work when two jobs run, and a third waits.
  stack = await startStack({
    env: { DEMO_SECONDS: '3', MAX_RUNNING_JOBS: '1' },
    leaveDown: ['worker'],
  });
  workers = await startWorkers(stack, 2);
});
afterAll(async () => {
  await workers?.stop();
  await stack?.stop();
});

const inMidStream = ({ listener }: Player) =>
  listener.until((frame) => frame.type === 'stream' && (frame.seq ?? 0) > 8);

describe('A8: an accepted message ends in exactly one version', () => {
  it.each(['model', 'runner'] as const)(
    'although its %s process is killed in mid-stream',
    async (kind) => {
      const player = await newPlayer(stack);
      const jobId = await say(player);
      await inMidStream(player);
      const [victim] = await runsOf(stack.dataDir, kind);
      sendSignal(victim?.pid, 'SIGKILL');
      const end = await player.listener.untilEnd();
      expect(end).toMatchObject({ type: 'completed', jobId, attempt: 2 });
      await expectOneEnd(stack, player, jobId, 'completed');
      await expectNextAccepted(player);
      player.listener.close();
    },
  );

  it('although one of two workers is killed while both are at work', async () => {
    const players = await Promise.all([newPlayer(stack), newPlayer(stack)]);
    const jobIds = await Promise.all(players.map((player) => say(player)));
    await Promise.all(players.map(inMidStream));
    sendSignal(workers.pids()[0], 'SIGKILL');
    for (const [index, player] of players.entries()) {
      await expect(player.listener.untilEnd()).resolves.toMatchObject({
        type: 'completed',
        jobId: jobIds[index],
      });
    }
    for (const [index, player] of players.entries()) {
      await expectOneEnd(stack, player, jobIds[index] ?? '', 'completed');
      await expectNextAccepted(player);
      player.listener.close();
    }
  });
});

describe('F1: a cancel ends a job once, and nothing is written afterwards', () => {
  const phases: [string, (player: Player) => Promise<unknown>][] = [
    ['as soon as it is accepted', async () => undefined],
    ['in mid-stream', inMidStream],
    [
      'while its game is checked and saved',
      ({ listener }) =>
        listener.until((frame) => frame.type === 'progress' && Number(frame['progress']) >= 92),
    ],
  ];
  it.each(phases)('%s', async (_name, phase) => {
    const player = await newPlayer(stack);
    const jobId = await say(player);
    await phase(player);
    player.listener.send({ type: 'cancel', jobId });
    // Whoever cancels at the commit point may come too late; then the job completes (F1).
    const end = (await player.listener.untilEnd()).type as JobEnd;
    expect(['cancelled', 'completed']).toContain(end);
    await expectItStays(player, jobId, end);
  });

  it('while it waits for a slot', async () => {
    await workers.fill();
    const busy = await Promise.all([newPlayer(stack), newPlayer(stack)]);
    await Promise.all(busy.map((player) => say(player)));
    await Promise.all(busy.map(inMidStream));
    const player = await newPlayer(stack);
    // However slow this machine is: both slots stay taken.
    const held = await runsOf(stack.dataDir, 'model');
    for (const { pid } of held) process.kill(pid, 'SIGSTOP');
    const jobId = await say(player);
    await player.listener.until(
      (frame) => frame.type === 'progress' && String(frame['message']).includes('順番待ち'),
    );
    player.listener.send({ type: 'cancel', jobId });
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'cancelled', jobId });
    for (const { pid } of held) process.kill(pid, 'SIGCONT');
    for (const { listener } of busy) {
      await expect(listener.untilEnd()).resolves.toMatchObject({ type: 'completed' });
      listener.close();
    }
    await expectItStays(player, jobId, 'cancelled');
  });

  it.each([
    [
      'before its commit point, although the worker that was about to publish it wakes up later',
      'after-import-before-publish',
      ['cancelled', 'completed'],
    ],
    ['after its commit point as completed', 'after-publish-before-complete', ['completed']],
  ] as const)('%s', async (_name, point, ends) => {
    await workers.fill();
    const player = await newPlayer(stack);
    await arm(stack, point, 'SIGSTOP');
    const jobId = await say(player);
    await untilHit(stack, point);
    player.listener.send({ type: 'cancel', jobId });
    const end = await player.listener.untilEnd().finally(() => {
      for (const pid of workers.pids()) process.kill(pid, 'SIGCONT');
    });
    expect(ends).toContain(end.type);
    await expectItStays(player, jobId, end.type as JobEnd);
  });
});

/** The end stays the end: no file changes any more. */
async function expectItStays(player: Player, jobId: string, end: JobEnd): Promise<void> {
  await expectOneEnd(stack, player, jobId, end);
  const before = await filesOf(stack, player);
  await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  expect(await filesOf(stack, player)).toEqual(before);
  await expectOneEnd(stack, player, jobId, end);
  await expectNextAccepted(player);
  player.listener.close();
}
