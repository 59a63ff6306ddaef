import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arm, untilHit } from '../support/crash.js';
import { patient } from '../support/patience.js';
import { say } from '../support/player.js';
import { startServerStack, type ServerStack } from '../support/server-stack.js';
import { expectJobDone } from './expect-job-done.js';

/** The product on the server that production has, with PostgreSQL; the dev server has neither. */
// Bare time: how long it is away
const DOWN_MS = 3_000;

let stack: ServerStack;
beforeAll(async () => {
  stack = await startServerStack({ env: { DEMO_SECONDS: '6' } });
}, patient(600_000));
afterAll(() => stack?.stop());

describe('A8 on a Temporal server with PostgreSQL', () => {
  it('a message becomes a version, and the next one is answered', () =>
    expectJobDone(stack, (player) => say(player, '2Dのシューティングゲームを作って')));

  it('a worker that dies at the commit point leaves one version', () =>
    expectJobDone(stack, async (player) => {
      const point = 'after-import-before-publish';
      await arm(stack, point);
      const jobId = await say(player, '2Dのパズルゲームを作って');
      await untilHit(stack, point);
      return jobId;
    }));

  it('kill -9 of the server in mid-stream loses nothing', () =>
    expectJobDone(stack, async (player) => {
      const jobId = await say(player, '2Dのレースゲームを作って');
      await player.listener.untilMidRun();
      await stack.temporal.kill();
      await sleep(DOWN_MS);
      await stack.temporal.start();
      return jobId;
    }));

  it('what is prepared is left alone', async () => {
    expect((await stack.temporal.prepare()).said).toContain('Nothing was missing.');
  });
});
