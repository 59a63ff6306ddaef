import { afterAll, beforeAll, expect, it } from 'vitest';
import { descendants, isRunner, listProcesses } from '../../support/processes.js';
import { expectNextAccepted, expectOneEnd } from '../../support/checker.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { isAlive, startStack, type Stack } from '../../support/stack.js';
import { startWorkers, type Workers } from '../../support/workers.js';

/** A run that takes longer than a worker waits for it when it is told to stop. */
let stack: Stack;
let workers: Workers;
beforeAll(async () => {
  stack = await startStack({ env: { DEMO_SECONDS: '40' }, leaveDown: ['worker'] });
  workers = await startWorkers(stack, 2);
});
afterAll(async () => {
  await workers?.stop();
  await stack?.stop();
});

it(
  'A8: a stopped worker hands a longer run to another, which makes the one version',
  { timeout: patient(300_000) },
  async () => {
    const player = await newPlayer(stack);
    const jobId = await say(player);
    await player.listener.untilMidRun();
    const all = await listProcesses();
    const leaving = workers.pids().find((pid) => descendants(all, pid).some(isRunner)) ?? 0;
    process.kill(leaving, 'SIGTERM');
    await expect.poll(() => isAlive(leaving), { timeout: patient(60_000) }).toBe(false);
    expect(player.listener.frames.some(({ type }) => type === 'completed')).toBe(false);
    const end = await player.listener.until(
      ({ type }) => ['completed', 'failed', 'cancelled'].includes(type),
      0,
      patient(150_000),
    );
    expect(end).toMatchObject({ type: 'completed', jobId, attempt: 2 });
    await expectOneEnd(stack, player, jobId, 'completed');
    await expectNextAccepted(player);
    player.listener.close();
  },
);
