import { rename } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  currentBuild,
  deploy,
  HARMLESS_CHANGE,
  makeOtherBuild,
  startWorkerOf,
  type OtherBuild,
} from '../../support/builds.js';
import { expectNextAccepted, expectOneEnd, type Player } from '../../support/checker.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import { patient } from '../../support/patience.js';

/** A poll waits 60 s, so a build counts as gone after 75 s; then come one round and the rest. */
const GONE_LIMIT_MS = patient(170_000);
const JOBS = 20;

let stack: Stack;
let older: string;
let other: OtherBuild;
let worker: { stop(): Promise<void> } | null = null;
const players: Player[] = [];
beforeAll(async () => {
  [stack, other] = await Promise.all([
    startStack({
      env: { DEMO_SECONDS: '5', MAX_RUNNING_JOBS: '4', WATCH_INTERVAL_MS: '2000' },
    }),
    makeOtherBuild(HARMLESS_CHANGE),
  ]);
  older = (await currentBuild()).buildId;
});
afterAll(async () => {
  await worker?.stop();
  await stack?.stop();
  await other?.remove();
});
afterEach(() => {
  for (const { listener } of players.splice(0)) listener.close();
});

const makeCurrent = (buildId: string): Promise<string> => deploy(stack, 'current', buildId);

async function addPlayer(): Promise<Player> {
  const player = await newPlayer(stack);
  players.push(player);
  return player;
}

/** A job in mid-stream. */
async function begin(): Promise<Begun> {
  const player = await addPlayer();
  const jobId = await say(player);
  await player.listener.untilMidRun();
  return { player, jobId };
}

interface Begun {
  readonly player: Player;
  readonly jobId: string;
}

async function untilCompleted({ player, jobId }: Begun): Promise<void> {
  const isEnd = ({ type }: { type: string }): boolean => ['completed', 'failed'].includes(type);
  await expect(player.listener.until(isEnd, 0, GONE_LIMIT_MS)).resolves.toMatchObject({
    type: 'completed',
    jobId,
  });
}

async function expectCompleted(begun: Begun): Promise<void> {
  await untilCompleted(begun);
  await expectOneEnd(stack, begun.player, begun.jobId, 'completed');
}

describe('I1: builds come and go', () => {
  it('a job, its stream and an action of one build end under the next one, and back', async () => {
    worker ??= await startWorkerOf(stack, other);
    for (const to of [other.buildId, older]) {
      const begun = await begin();
      const action = fetch(`${stack.baseUrl}/api/generate-image`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${begun.player.user.accessToken}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ prompt: '青い鳥' }),
      });
      await makeCurrent(to);
      expect((await action).status).toBe(200);
      await expectCompleted(begun);
      await expectNextAccepted(begun.player);
    }
  });

  it('a deploy and its rollback while 20 jobs run or wait lose none', async () => {
    worker ??= await startWorkerOf(stack, other);
    const all = await Promise.all(Array.from({ length: JOBS }, () => addPlayer()));
    const jobs = await Promise.all(
      all.map(async (player) => ({ player, jobId: await say(player) })),
    );
    await makeCurrent(other.buildId);
    await all[0]?.listener.untilEnd();
    await makeCurrent(older);
    // Nothing of a job is left: that can only be seen when all have ended.
    await Promise.all(jobs.map(untilCompleted));
    for (const job of jobs) await expectCompleted(job);
  });

  it('the launcher runs the worker of an older build while a job needs it', async () => {
    worker ??= await startWorkerOf(stack, other);
    await makeCurrent(other.buildId);
    const begun = await begin();
    await makeCurrent(older);
    await worker?.stop();
    worker = null;
    await expectCompleted(begun);
    expect(stack.logs()).toContain('runs need an older build: its worker runs');
  });

  it('a job whose build nobody can run any more goes on with the current one', async () => {
    worker = await startWorkerOf(stack, other);
    await makeCurrent(other.buildId);
    const begun = await begin();
    await makeCurrent(older);
    await rename(other.dir, `${other.dir}.gone`);
    await worker.stop();
    worker = null;
    await expectCompleted(begun);
    await rename(`${other.dir}.gone`, other.dir);
  });
});
