import { beforeAll, describe, expect, it } from 'vitest';
import { inFullRuns } from '../scope.js';
import { expectNextAccepted, expectOneEnd, expectOneLine, servedCode } from '../support/checker.js';
import { crashingStack } from '../support/crashing-stack.js';
import { modalControlOf } from '../support/modal-emulator.js';
import {
  containerRunner,
  dreamcore,
  expectNothingRuns,
  expectViewShown,
  inWords,
  storyOf,
} from '../support/modal-story.js';
import {
  expectCompleted,
  expectMadeOn,
  expectOneVersion,
  expectSurvivesOnModal,
  freshWorkers,
  goesOn,
  inMidStream,
} from '../support/modal-trouble.js';
import { say } from '../support/player.js';

/**
 * What becomes of a message on Modal when processes die (`kill -9`), Modal itself dies, or
 * operators leave it: one version, and the branch is in the history. More of all three:
 * full/modal-*.test.ts.
 */
const crashing = crashingStack({
  modalEmulator: true,
  // Long enough to find what is at work, on a slow machine, too.
  env: { DEMO_SECONDS: '5' },
  leaveDown: ['modal'],
});

const generations = async () =>
  (await modalControlOf(crashing.stack).state()).calls.filter(
    (call) => call.function === 'generate-game',
  );

inFullRuns('runs has both sides of the commit without Modal', () => {
  describe('A8: a message whose process dies while it is made on Modal', () => {
    // The runner in its container, a worker before the commit point.
    it.each(['after-candidate-commit', 'after-import-before-publish'] as const)(
      '%s ends in exactly one new version, which both stores hold',
      (point) => expectSurvivesOnModal(crashing, point),
    );
  });
});

inFullRuns(
  'workflows/backend and modal/durable-calls take up the same call; below Modal dies',
  () => {
    describe('C1/G3: workers that die while a call runs', () => {
      it('another goes on with the call: one model run, one version, no gap', async () => {
        const { workers } = crashing;
        await workers.fill();
        const player = await crashing.addPlayer();
        const before = (await generations()).length;
        const jobId = await say(player);
        await player.listener.untilMidRun();
        for (const pid of workers.pids()) process.kill(pid, 'SIGKILL');
        await expect.poll(() => workers.pids()).toEqual([]);
        await workers.fill();
        await expect(player.listener.untilEnd()).resolves.toMatchObject({
          type: 'completed',
          jobId,
        });
        expect(inWords(await storyOf(crashing.stack, player))).toEqual(['modal 1']);
        expect(player.listener.frames.some(({ type }) => type === 'streamReset')).toBe(false);
        expect((await generations()).slice(before)).toMatchObject([{ begun: 1 }]);
        await expectOneVersion(crashing, player, jobId);
      });
    });
  },
);

describe('G1: a message goes on locally and is committed once', () => {
  it('when Modal dies while it works', async () => {
    const { stack } = crashing;
    const player = await crashing.addPlayer();
    const jobId = await say(player);
    await inMidStream(player);
    await stack.kill('modal');
    await goesOn(player, 2);
    // It begins again on what it had been doing: an attempt that nobody waits for.
    const modalAgain = stack.startPart('modal');
    const story = await expectCompleted(crashing, player, jobId);
    // An attempt that was over quickly is made twice there; a longer one is not.
    expect(inWords(story).join(', ')).toMatch(
      /^modal 1 ModalUnavailable, (modal 2 ModalUnavailable, local 3|local 2)$/,
    );
    await modalAgain;
    await expectNothingRuns(stack);
    expect(await expectOneLine(stack, player)).toHaveLength(1);
    await expectNextAccepted(player);
  });
});

inFullRuns('workflows/backend and modal/durable-calls have its parts', () => {
  describe('late work', () => {
    beforeAll(() => freshWorkers(crashing, { NO_PROGRESS_TIMEOUT_MS: '3000' }));

    it('C2/G1: what a container makes after the message went on locally is refused', async () => {
      const { stack } = crashing;
      const modal = modalControlOf(stack);
      const player = await crashing.addPlayer();
      const jobId = await say(player);
      await inMidStream(player);
      const runner = await containerRunner(stack);
      process.kill(runner, 'SIGSTOP');
      await modal.down();
      await goesOn(player, 2);
      await modal.up();
      const story = await expectCompleted(crashing, player, jobId);
      expect([story.tries.at(-1), story.tries.length > 1]).toMatchObject([
        { backend: 'local', failure: null },
        true,
      ]);
      const made = await servedCode(stack, player);
      process.kill(runner, 'SIGCONT');
      await expectNothingRuns(stack);
      const { calls } = await modal.state();
      expect(
        calls.find(
          (call) => call.function === 'generate-game' && call.exception.includes('RunSuperseded'),
        ),
      ).toBeDefined();
      expect(await expectOneLine(stack, player)).toHaveLength(1);
      expect(await servedCode(stack, player)).toBe(made);
      await expectOneEnd(stack, player, jobId, 'completed');
      await expectNextAccepted(player);
    });
  });

  describe('G1: leaving Modal', () => {
    it('by the switch: what runs ends there, the next message is local, and back', async () => {
      await freshWorkers(crashing, {});
      const { stack } = crashing;
      const player = await crashing.addPlayer();
      const jobId = await say(player);
      await inMidStream(player);
      expect(await dreamcore(stack, 'backend', 'local')).toContain('local (by ');
      expect(inWords(await expectCompleted(crashing, player, jobId))).toEqual(['modal 1']);
      await expectMadeOn(crashing, 'local', player);
      expect(await dreamcore(stack, 'backend', 'modal')).toContain('modal (by ');
      await expectMadeOn(crashing, 'modal', player, '敵を増やして');
      await expectViewShown(stack, player);
    });
  });
});
