import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TASK_QUEUE } from '../../src/contracts/durable/workflows.js';
import { expectNextAccepted, expectOneEnd, type Player } from '../support/checker.js';
import { isRunText } from '../support/listener.js';
import { newPlayer, say } from '../support/player.js';
import { crashPointsDir, startStack, type Stack } from '../support/stack.js';
import { patient } from '../support/patience.js';

/**
 * The wall clock jumps under our processes, as when a machine hears the right time after hours. The
 * database keeps its own.
 */
const HOURS_MS = 3 * 60 * 60_000;
const MINUTES_MS = 10 * 60_000;
/** Our processes that keep time for a job. */
const ALL = ['api', 'worker', 'runner', 'gateway'] as const;
/** Every process has seen its new clock. */
const SEEN_MS = patient(300);

let stack: Stack;
let player: Player;
let connection: Connection;
beforeAll(async () => {
  stack = await startStack({
    env: {
      DEMO_SECONDS: '3',
      // The watch looks at every row many times meanwhile (B3).
      WATCH_INTERVAL_MS: '500',
      NODE_OPTIONS: `--import=${new URL('../support/shifted-clock.mjs', import.meta.url).href}`,
    },
  });
  await mkdir(crashPointsDir(stack.dataDir), { recursive: true });
  connection = await Connection.connect({ address: stack.env['TEMPORAL_ADDRESS'] ?? '' });
});
afterAll(async () => {
  await connection?.close();
  await stack?.stop();
});
afterEach(async () => {
  player.listener.close();
  await setClocks(0);
});

async function setClocks(
  shiftMs: number,
  owners: readonly (typeof ALL)[number][] = ALL,
): Promise<void> {
  await Promise.all(
    owners.map((owner) =>
      writeFile(path.join(crashPointsDir(stack.dataDir), `${owner}.clock`), String(shiftMs)),
    ),
  );
  await sleep(SEEN_MS);
}

async function inMidStream(): Promise<string> {
  player = await newPlayer(stack);
  const jobId = await say(player);
  await player.listener.untilMidRun();
  return jobId;
}

async function clockOfApi(): Promise<number> {
  const { timestamp } = (await (await fetch(`${stack.baseUrl}/api/health`)).json()) as {
    timestamp: string;
  };
  return Date.parse(timestamp);
}

/** A round of house-keeping that looks at ages. */
async function keepHouse(workflowType: string): Promise<unknown> {
  return new Client({ connection }).workflow.execute(workflowType, {
    taskQueue: TASK_QUEUE,
    workflowId: `${workflowType}/${randomUUID()}`,
  });
}

describe('A8: a job under which the clock jumps', () => {
  it.each([
    ['ahead', HOURS_MS],
    ['back', -HOURS_MS],
  ] as const)(
    '%s by hours ends in exactly one version, whoever keeps house; new users are served',
    async (_way, shiftMs) => {
      const jobId = await inMidStream();
      await setClocks(shiftMs);
      expect(Math.round(((await clockOfApi()) - Date.now()) / HOURS_MS)).toBe(Math.sign(shiftMs));
      expect(await keepHouse('collectGarbage')).toEqual({
        candidates: 0,
        images: 0,
      });
      await expect(player.listener.untilEnd()).resolves.toMatchObject({
        type: 'completed',
        jobId,
        attempt: 1,
      });
      await expectNextAccepted(player);
      const newcomer = await newPlayer(stack);
      await expectNextAccepted(newcomer);
      newcomer.listener.close();
      await setClocks(0);
      await expectOneEnd(stack, player, jobId, 'completed');
      expect(stack.logs()).not.toContain('that nobody worked on');
      expect(player.listener.closeCodes).toEqual([]);
    },
  );

  it('F1: back by hours is cancelled at once and stays so', async () => {
    const jobId = await inMidStream();
    await setClocks(-HOURS_MS);
    player.listener.send({ type: 'cancel', jobId });
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'cancelled', jobId });
    await expectOneEnd(stack, player, jobId, 'cancelled');
    await expectNextAccepted(player);
  });

  it('C2: whose runner alone is too wrong to sign ends in its version, no live text', async () => {
    await setClocks(MINUTES_MS, ['runner']);
    player = await newPlayer(stack);
    const jobId = await say(player);
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
    expect(player.listener.frames.filter(isRunText)).toEqual([]);
    await expectOneEnd(stack, player, jobId, 'completed');
    await expectNextAccepted(player);
  });
});
