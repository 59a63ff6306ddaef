import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { findFreePort } from '../../../dev/stack/ports.js';
import { expectOneEnd, type Player } from '../../support/checker.js';
import { newPlayer, say } from '../../support/player.js';
import { newDataDir, startStack, type Stack } from '../../support/stack.js';
import { patient } from '../../support/patience.js';

/** `npm start` under Ctrl-C while a run is being made, started again from the same data. */
let dataDir: string;
let port: number;
let stack: Stack;
let player: Player;
beforeAll(async () => {
  dataDir = await newDataDir();
  port = await findFreePort();
});
afterEach(async () => {
  player?.listener.close();
  await stack?.stop();
});
afterAll(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));

const start = (): Promise<Stack> => startStack({ dataDir, port, env: { DEMO_SECONDS: '8' } });

async function midStream(): Promise<string> {
  player = await newPlayer(stack);
  const jobId = await say(player, '2Dのシューティングゲームを作って');
  await player.listener.untilMidRun();
  return jobId;
}

it('I5: the first one lets a run end that has begun, and its player hears it', async () => {
  stack = await start();
  const jobId = await midStream();
  process.kill(stack.pid, 'SIGINT');
  await expect(player.listener.untilEnd()).resolves.toMatchObject({
    type: 'completed',
    jobId,
    attempt: 1,
  });
  expect(await stack.exited).toBe(0);
  expect(stack.logs()).toContain('finishing the runs that have begun, for 20 s at most');
});

it(
  'I5: the second one hands a run over to the next start',
  { timeout: patient(300_000) },
  async () => {
    stack = await start();
    const jobId = await midStream();
    process.kill(stack.pid, 'SIGINT');
    await sleep(patient(1_200));
    process.kill(stack.pid, 'SIGINT');
    expect(await stack.exited).toBe(0);
    expect(stack.logs()).toContain('handing over to the next start');
    expect(player.listener.frames.some(({ type }) => type === 'completed')).toBe(false);
    stack = await start();
    await expect(player.listener.untilEnd()).resolves.toMatchObject({
      type: 'completed',
      jobId,
      attempt: 2,
    });
    await expectOneEnd(stack, player, jobId, 'completed');
  },
);
