import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNextAccepted, expectOneEnd, type Player } from '../support/checker.js';
import { arm, untilHit } from '../support/crash.js';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';
import { newPlayer, say } from '../support/player.js';
import { newDataDir, startStack, type Stack } from '../support/stack.js';

/** The product on the server that production has, with PostgreSQL; the dev server has neither. */
const DOWN_MS = 3_000;

let folder: string;
let temporal: OwnTemporal;
let stack: Stack;
beforeAll(async () => {
  folder = await newDataDir();
  temporal = await startOwnTemporal(folder);
  expect((await temporal.prepare()).said).toContain('Made the namespace dreamcore');
  stack = await startStack({ env: { ...temporal.clientEnv, DEMO_SECONDS: '6' } });
}, 600_000);
afterAll(async () => {
  await stack?.stop();
  await temporal?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function withPlayer(work: (player: Player) => Promise<string>): Promise<void> {
  const player = await newPlayer(stack);
  const jobId = await work(player);
  await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
  await expectOneEnd(stack, player, jobId, 'completed');
  await expectNextAccepted(player);
  player.listener.close();
}

describe('A8 on a Temporal server with PostgreSQL', () => {
  it('a message becomes a version, and the next one changes it', () =>
    withPlayer((player) => say(player, '2Dのシューティングゲームを作って')));

  it('a worker that dies at the commit point leaves one version', () =>
    withPlayer(async (player) => {
      const point = 'after-import-before-publish';
      await arm(stack, point);
      const jobId = await say(player, '2Dのパズルゲームを作って');
      await untilHit(stack, point);
      return jobId;
    }));

  it('kill -9 of the server in mid-stream loses nothing', () =>
    withPlayer(async (player) => {
      const jobId = await say(player, '2Dのレースゲームを作って');
      await player.listener.untilMidRun();
      await temporal.kill();
      await sleep(DOWN_MS);
      await temporal.start();
      return jobId;
    }));

  it('what is prepared is left alone', async () => {
    expect((await temporal.prepare()).said).toContain('Nothing was missing.');
  });
});
