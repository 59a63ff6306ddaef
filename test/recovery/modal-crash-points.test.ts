import { describe, expect, it } from 'vitest';
import type { CrashPoint } from '../../src/crash-points.js';
import {
  expectNextAccepted,
  expectOneEnd,
  expectOneLine,
  type Player,
} from '../support/checker.js';
import { crashingStack, MESSAGE_POINTS } from '../support/crashing-stack.js';
import { isFullRun } from '../scope.js';
import { modalControlOf } from '../support/modal-emulator.js';
import { expectNothingRuns, expectStoresLevel, inWords, storyOf } from '../support/modal-story.js';
import { say } from '../support/player.js';

/**
 * Processes die (`kill -9`) while a message is made on Modal: one version all the same, and a call
 * that lives on is taken up again.
 */
const crashing = crashingStack({ modalEmulator: true, env: { DEMO_SECONDS: '2' } });

/**
 * A worker before its call, the runner in its container, a worker before the commit point; the long
 * version has all.
 */
const POINTS: readonly CrashPoint[] = isFullRun
  ? MESSAGE_POINTS
  : ['after-start-attempt', 'after-candidate-commit', 'after-import-before-publish'];

const generations = async () =>
  (await modalControlOf(crashing.stack).state()).calls.filter(
    (call) => call.function === 'generate-game',
  );

async function expectOneVersion(player: Player, jobId: string): Promise<void> {
  const { stack } = crashing;
  await expectOneEnd(stack, player, jobId, 'completed');
  expect(await expectOneLine(stack, player)).toHaveLength(1);
  await expectNothingRuns(stack);
  await expectStoresLevel(stack, player);
  await expectNextAccepted(player);
}

describe('A8: a message whose process dies while it is made on Modal', () => {
  it.each(POINTS)('%s ends in exactly one new version, which both stores hold', async (point) => {
    const player = await crashing.addPlayer();
    const jobId = await crashing.sayWithCrash(player, point);
    expect(
      (await storyOf(crashing.stack, player)).tries.map(({ backend }) => backend),
    ).not.toContain('local');
    await expectOneVersion(player, jobId);
  });
});

describe('C1/G3: workers that die while a call runs', () => {
  it('another goes on with the call: one model run, one version, no gap or repeat', async () => {
    const { workers } = crashing;
    await workers.fill();
    const player = await crashing.addPlayer();
    const before = (await generations()).length;
    const jobId = await say(player);
    await player.listener.until((frame) => frame.type === 'stream' && (frame.seq ?? 0) > 4);
    for (const pid of workers.pids()) process.kill(pid, 'SIGKILL');
    await expect.poll(() => workers.pids()).toEqual([]);
    await workers.fill();
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
    expect(inWords(await storyOf(crashing.stack, player))).toEqual(['modal 1']);
    expect(player.listener.frames.some(({ type }) => type === 'streamReset')).toBe(false);
    expect((await generations()).slice(before)).toMatchObject([{ begun: 1 }]);
    await expectOneVersion(player, jobId);
  });
});
