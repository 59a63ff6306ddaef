import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  expectEndStays,
  expectNextAccepted,
  expectOneEnd,
  type JobEnd,
  type Player,
} from '../../support/checker.js';
import { runsOf } from '../../support/processes.js';
import { newPlayer, say } from '../../support/player.js';
import { sendSignal } from '../../support/signals.js';
import { startStack, type Stack } from '../../support/stack.js';
import { startWorkers, type Workers } from '../../support/workers.js';

/** Two workers with one slot each: both are at work when two jobs run, and a third waits. */
let stack: Stack;
let workers: Workers;
beforeAll(async () => {
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

const inMidStream = ({ listener }: Player) => listener.untilMidRun();

describe('A8: an accepted message ends in exactly one version', () => {
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
  it('as soon as it is accepted', async () => {
    const player = await newPlayer(stack);
    const jobId = await say(player);
    player.listener.send({ type: 'cancel', jobId });
    const end = (await player.listener.untilEnd()).type as JobEnd;
    expect(['cancelled', 'completed']).toContain(end);
    await expectEndStays(stack, player, jobId, end);
    player.listener.close();
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
    await expectEndStays(stack, player, jobId, 'cancelled');
    player.listener.close();
  });
});
