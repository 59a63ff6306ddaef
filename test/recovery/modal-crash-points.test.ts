import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CrashPoint } from '../../src/crash-points.js';
import { expectNextAccepted, expectOneEnd, expectOneLine, type Player } from '../support/checker.js';
import { arm, untilHit } from '../support/crash.js';
import { modalControlOf } from '../support/modal-emulator.js';
import { expectNothingRuns, expectStoresLevel, inWords, storyOf } from '../support/modal-story.js';
import { newPlayer, say } from '../support/player.js';
import { startStack, type Stack } from '../support/stack.js';
import { startWorkers, type Workers } from '../support/workers.js';

/** Processes die (`kill -9`) while a message is made on Modal: one version all the same, and a call that lives on is taken up again. */
let stack: Stack;
let workers: Workers;
const players: Player[] = [];

/** A worker before its call, the runner in its container, a worker before the commit point; the long version has all. */
const POINTS: CrashPoint[] = process.env['RECOVERY'] === 'full'
  ? [
    'after-admit', 'after-row', 'after-processing', 'after-start-attempt', 'mid-stream', 'after-candidate-commit',
    'after-return-before-import', 'after-import-before-publish', 'after-publish-before-complete', 'after-complete-before-notify',
  ]
  : ['after-start-attempt', 'after-candidate-commit', 'after-import-before-publish'];

beforeAll(async () => {
  stack = await startStack({ modalEmulator: true, env: { DEMO_SECONDS: '2' }, leaveDown: ['worker'] });
  workers = await startWorkers(stack, 2);
});
afterAll(async () => {
  await workers?.stop();
  await stack?.stop();
});
afterEach(() => {
  for (const { listener } of players.splice(0)) listener.close();
  void workers.fill();
});

async function somebody(): Promise<Player> {
  const player = await newPlayer(stack);
  players.push(player);
  return player;
}

const generations = async () => (await modalControlOf(stack).state()).calls.filter((call) => call.function === 'generate-game');

async function expectOneVersion(player: Player, jobId: string): Promise<void> {
  await expectOneEnd(stack, player, jobId, 'completed');
  expect(await expectOneLine(stack, player)).toHaveLength(1);
  await expectNothingRuns(stack);
  await expectStoresLevel(stack, player);
  await expectNextAccepted(player);
}

describe('A8: a message whose process dies while it is made on Modal', () => {
  it.each(POINTS)('%s ends in exactly one new version, which both stores hold', async (point) => {
    const player = await somebody();
    await arm(stack, point);
    const jobId = await say(player);
    await untilHit(stack, point);
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
    expect((await storyOf(stack, player)).tries.map(({ backend }) => backend)).not.toContain('local');
    await expectOneVersion(player, jobId);
  });
});

describe('C1/G3: workers that die while a call runs', () => {
  it('another one goes on with the same call: one run of the model, text without gap or repeat, one version', async () => {
    await workers.fill();
    const player = await somebody();
    const before = (await generations()).length;
    const jobId = await say(player);
    await player.listener.until((frame) => frame.type === 'stream' && (frame.seq ?? 0) > 4);
    for (const pid of workers.pids()) process.kill(pid, 'SIGKILL');
    await expect.poll(() => workers.pids()).toEqual([]);
    await workers.fill();
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
    expect(inWords(await storyOf(stack, player))).toEqual(['modal 1']);
    expect(player.listener.frames.some(({ type }) => type === 'streamReset')).toBe(false);
    expect((await generations()).slice(before)).toMatchObject([{ begun: 1 }]);
    await expectOneVersion(player, jobId);
  });
});
