import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectNextAccepted, expectOneEnd, type Player } from '../support/checker.js';
import { arm, untilHit } from '../support/crash.js';
import { newPlayer, say } from '../support/player.js';
import { startStack, type Stack } from '../support/stack.js';
import { startWorkers, type Workers } from '../support/workers.js';

/** A process dies (`kill -9`, by its own hand) at each named point; the promise of A8 must hold every time. */
let stack: Stack;
let workers: Workers;
const players: Player[] = [];

beforeAll(async () => {
  stack = await startStack({ env: { DEMO_SECONDS: '1' }, leaveDown: ['worker'] });
  // Two, so that a test waits for the take-over and not for the start of a process.
  workers = await startWorkers(stack, 2);
});
afterAll(async () => {
  await workers?.stop();
  await stack?.stop();
});
afterEach(() => {
  for (const { listener } of players.splice(0)) listener.close();
  // The next test begins with the worker that is left, while its new companion starts.
  void workers.fill();
});

describe('A8: a message whose process dies', () => {
  it.each([
    'after-admit', 'after-row', 'after-processing', 'after-start-attempt', 'mid-stream', 'after-candidate-commit',
    'after-return-before-import', 'after-import-before-publish', 'after-publish-before-complete', 'after-complete-before-notify',
  ] as const)('%s ends in exactly one new version', async (point) => {
    const someone = await newPlayer(stack);
    players.push(someone);
    await arm(stack, point);
    const jobId = await say(someone);
    await untilHit(stack, point);
    await expect(someone.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
    await expectOneEnd(stack, someone, jobId, 'completed');
    await expectNextAccepted(someone);
  });
});
