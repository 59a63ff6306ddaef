import { beforeAll, describe, expect, it } from 'vitest';
import { expectNextAccepted, expectOneLine } from '../../support/checker.js';
import { crashingStack } from '../../support/crashing-stack.js';
import { modalControlOf, type ModalControl } from '../../support/modal-emulator.js';
import {
  containerRunner,
  expectNothingRuns,
  expectViewShown,
  inWords,
  type RunStory,
} from '../../support/modal-story.js';
import {
  expectCompleted,
  expectMadeOn,
  FALLBACK_LIMIT_MS,
  freshWorkers,
  goesOn,
  inMidStream,
} from '../../support/modal-trouble.js';
import { say } from '../../support/player.js';

/**
 * What becomes of a message when Modal refuses, hangs or is full, and when operators leave it by a
 * restart: one version, in time, and the branch is in the history. Modal dies: ../modal.test.ts.
 */
const crashing = crashingStack({ modalEmulator: true, env: { DEMO_SECONDS: '2' } });

function expectSoonEnough({ tries }: RunStory, what: string): void {
  const tookMs = (tries.at(-1)?.scheduledAtMs ?? Infinity) - (tries[0]?.scheduledAtMs ?? 0);
  process.stdout.write(
    `${what}: local ${(tookMs / 1_000).toFixed(1)} s after the first try on Modal\n`,
  );
  expect(tookMs).toBeLessThan(FALLBACK_LIMIT_MS);
}

describe('G1: a message goes on locally and is committed once', () => {
  it.each([
    [
      'refuses connections',
      (modal: ModalControl) => modal.down(),
      ['modal 1 ModalUnavailable', 'modal 2 ModalUnavailable', 'local 3'],
    ],
    [
      'does not answer',
      (modal: ModalControl) => modal.add({ kind: 'hang', on: 'FunctionMap' }),
      ['modal 1 ModalUnavailable', 'local 2'],
    ],
    [
      'is full',
      (modal: ModalControl) =>
        modal.add({ kind: 'error', on: 'FunctionMap', code: 'RESOURCE_EXHAUSTED' }),
      ['modal 1 ModalQuota', 'local 2'],
    ],
  ] as const)('when Modal %s', async (what, fault, tries) => {
    const modal = modalControlOf(crashing.stack);
    const player = await crashing.addPlayer();
    await fault(modal);
    const jobId = await say(player);
    await goesOn(player, tries.length);
    await modal.up();
    await modal.clear();
    const story = await expectCompleted(crashing, player, jobId);
    expect(story.backend).toBe('local');
    expect(inWords(story)).toEqual(tries);
    expectSoonEnough(story, `Modal ${what}`);
    await expectViewShown(crashing.stack, player);
    await expectNextAccepted(player);
  });
});

describe('limits', () => {
  beforeAll(() => freshWorkers(crashing, { NO_PROGRESS_TIMEOUT_MS: '3000' }));

  it('F3: a container that hangs is given up at the limit; another makes the message', async () => {
    const player = await crashing.addPlayer();
    const jobId = await say(player);
    await inMidStream(player);
    const runner = await containerRunner(crashing.stack);
    process.kill(runner, 'SIGSTOP');
    const stoppedAtMs = Date.now();
    await goesOn(player, 2);
    process.stdout.write(
      'a container hangs: the next try speaks ' +
        `${((Date.now() - stoppedAtMs) / 1_000).toFixed(1)} s later\n`,
    );
    const [first, second] = (await expectCompleted(crashing, player, jobId)).tries;
    expect(first).toMatchObject({ backend: 'modal', attempt: 1, failure: 'RunStalled' });
    expect((second?.scheduledAtMs ?? Infinity) - stoppedAtMs).toBeLessThan(FALLBACK_LIMIT_MS);
    await expectNothingRuns(crashing.stack);
    await expectViewShown(crashing.stack, player);
    await expectNextAccepted(player);
  });
});

describe('G1: leaving Modal', () => {
  it('by USE_MODAL=false and a restart: versions are in place, messages made locally', async () => {
    await freshWorkers(crashing, {});
    const player = await crashing.addPlayer();
    await say(player);
    await player.listener.untilEnd();
    const [first] = await expectOneLine(crashing.stack, player);
    await crashing.workers.restart({ USE_MODAL: 'false' });
    await expectMadeOn(crashing, 'local', player);
    const line = await expectOneLine(crashing.stack, player);
    expect(line.map(({ parent }) => parent)).toEqual([null, first?.revision]);
    await expectNextAccepted(player);
  });
});
