import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CrashPoint } from '../../../src/process/crash-points.js';
import { commitFiles } from '../../support/git-commits.js';
import { resolve, updateRef } from '../../../src/git/refs.js';
import { expectOneEnd, expectOneLine, servedCode, type Player } from '../../support/checker.js';
import { arm, untilHit } from '../../support/crash.js';
import {
  modalControlOf,
  type ModalControl,
  type ModalFault,
  type ModalState,
} from '../../support/modal-emulator.js';
import {
  closeBreaker,
  expectNothingRuns,
  expectViewShown,
  inWords,
  storyOf,
  volumeFolder,
} from '../../support/modal-story.js';
import { replicated, syncProject, volumeRepo } from '../../support/modal-replication.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import { startWorkers, type Workers } from '../../support/workers.js';

/**
 * Faults of Modal that are made while a message is made: it ends in one version, the branch is in
 * its history, and the Volume shows what is published.
 *
 * | Fault | Shown by |
 * | --- | --- |
 * | control plane killed before a call is asked for, asked for, taken, begun, while it runs, when
 * its candidate is made, when it has ended; 500s; a connection torn after a call was taken | here |
 * | control plane refuses, is silent, is full (quota), dies for good; a container hangs; late work
 * after the fallback is never published; leaving Modal | ../modal.test.ts, modal-fallback.test.ts |
 * | container killed or replaced on the same input at its work; result lost | here; before and
 * after its work, without a stack: test/contract/modal |
 * | a video's container killed | modal-video.test.ts; images and videos on a Modal in trouble:
 * modal-actions.test.ts |
 * | Volume behind, lost, or ahead (a `main` that is not published) | here |
 * | API killed under the posts of a container | here |
 * | posts late, doubled, shuffled, torn, 5xx, forged, foreign, after the end |
 * modal-callbacks.test.ts |
 * | workers and runners killed at each step; worker killed in mid-call goes on with the same call |
 * ../modal.test.ts and modal-crash-points.test.ts |
 */
let stack: Stack;
let modal: ModalControl;
let workers: Workers;
let player: Player;

beforeAll(async () => {
  stack = await startStack({
    modalEmulator: true,
    env: { DEMO_SECONDS: '2' },
    leaveDown: ['worker'],
  });
  modal = modalControlOf(stack);
  workers = await startWorkers(stack, 1);
});
afterAll(async () => {
  await workers?.stop();
  await stack?.stop();
});
afterEach(async ({ task }) => {
  player?.listener.close();
  if (task.result?.state === 'fail') await recover();
});

/**
 * No fault any more, and nobody who remembers one: a breaker that it has opened is none of the next
 * message's.
 */
async function recover(): Promise<void> {
  await modal.up();
  await modal.clear();
  await workers.restart({});
  await closeBreaker(stack);
}

const GENERATE = 'generate-game';
const generations = async () =>
  (await modal.state()).calls.filter((call) => call.function === GENERATE);
const untilModal = (what: string, fits: (state: ModalState) => boolean) =>
  expect
    .poll(async () => fits(await modal.state()), {
      timeout: patient(60_000),
      interval: 20,
      message: what,
    })
    .toBe(true);
const inMidStream = () => player.listener.untilMidRun();

/**
 * Says it, lets `during` happen, and sees one end that everybody agrees on. Answers with the branch
 * in the history.
 */
async function make(
  content: string,
  during: () => Promise<unknown> = async () => undefined,
): Promise<string[]> {
  const from = player.listener.frames.length;
  const versions = (await expectOneLine(stack, player)).length;
  const jobId = await say(player, content);
  await during();
  await expect(player.listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed', jobId });
  await expectOneEnd(stack, player, jobId, 'completed');
  expect(await expectOneLine(stack, player)).toHaveLength(versions + 1);
  return inWords(await storyOf(stack, player));
}

/** Nothing is left on Modal, the player's next message is made there, and the Volume shows it. */
async function expectWell(story: readonly string[]): Promise<void> {
  await modal.up();
  await modal.clear();
  await expectNothingRuns(stack);
  if (story.length > 1) await recover();
  expect(await make('敵を増やして')).toEqual(['modal 1']);
  await expectViewShown(stack, player);
  await replicated(stack, player);
}

describe('G1: the control plane', () => {
  it.each<[string, ModalFault, string[]]>([
    [
      'fails always, whatever it is asked',
      { kind: 'error', on: '*', code: 'INTERNAL' },
      ['modal 1 ModalUnavailable', 'modal 2 ModalUnavailable', 'local 3'],
    ],
    [
      'cuts the connection after it has taken a call: it is one call',
      { kind: 'cut', on: 'FunctionMap', when: 'after', times: 1 },
      ['modal 1'],
    ],
  ])('%s', async (_name, fault, story) => {
    player = await newPlayer(stack);
    const before = (await generations()).length;
    await modal.add(fault);
    expect(
      await make('2Dのキャッチゲームを作って', async () => {
        if (story.length === 1) return;
        await player.listener.until((frame) => (frame.attempt ?? 0) >= story.length);
        await modal.clear();
      }),
    ).toEqual(story);
    if (story.length === 1)
      expect((await generations()).slice(before)).toMatchObject([{ begun: 1 }]);
    await expectWell(story);
  });

  // It may be back in time or not: that is up to the machine.
  it('is killed while a call runs: the same call begins again, makes the one version', async () => {
    player = await newPlayer(stack);
    const story = await make('2Dのキャッチゲームを作って', async () => {
      await inMidStream();
      await stack.untilRestarted('modal', await stack.kill('modal'));
    });
    expect([['modal 1'], ['modal 1 ModalUnavailable', 'local 2']]).toContainEqual(story);
    await expectWell([...story, 'the worker has met a dead one']);
  });
});

describe('G1: the control plane is killed and soon back', () => {
  interface Moment {
    fault?: ModalFault;
    isHere: (now: ModalState, before: ModalState) => boolean;
  }
  const asked =
    (rpc: string) =>
    ({ rpcs }: ModalState): number =>
      rpcs[rpc] ?? 0;
  const generationsIn = ({ calls }: ModalState) =>
    calls.filter((call) => call.function === GENERATE);
  const isTaken = (now: ModalState, before: ModalState): boolean =>
    generationsIn(now).length > generationsIn(before).length;
  const MOMENTS: Record<string, Moment> = {
    'it has been asked for a call and has not taken it': {
      fault: { kind: 'slow', on: 'FunctionMap', delayMs: 60_000 },
      isHere: (now, before) =>
        asked('FunctionMap')(now) > asked('FunctionMap')(before) && !isTaken(now, before),
    },
    'it has taken the call and not said so': {
      fault: { kind: 'cut', on: 'FunctionMap', when: 'after', delayMs: 60_000 },
      isHere: isTaken,
    },
    'it has said so and was not asked for the result': {
      fault: { kind: 'hang', on: 'FunctionGetOutputs' },
      isHere: (now, before) =>
        isTaken(now, before) &&
        asked('FunctionGetOutputs')(now) > asked('FunctionGetOutputs')(before),
    },
  };
  const STORIES = [
    ['modal 1'],
    ['modal 1 ModalUnavailable', 'modal 2'],
    ['modal 1 ModalUnavailable', 'local 2'],
    ['modal 1 ModalUnavailable', 'modal 2 ModalUnavailable', 'local 3'],
  ];
  // Whether it is back in time is up to the machine.
  const expectWellAgain = async (story: string[]): Promise<void> => {
    expect(STORIES).toContainEqual(story);
    await expectWell([...story, 'the worker has met a dead one']);
  };

  it.each<[string, CrashPoint]>([
    ['before it is asked for a call', 'after-start-attempt'],
    ['when the candidate is on the Volume: what begins again finds it', 'after-candidate-commit'],
  ])('%s', async (_name, point) => {
    player = await newPlayer(stack);
    const from = stack.logs().length;
    await arm(stack, point, `SIGKILL ${await stack.pidOf('modal')}`);
    await expectWellAgain(
      await make('2Dのキャッチゲームを作って', async () => {
        await untilHit(stack, point);
        await stack.untilLogged(/"part":"modal".*modal is up again/, {
          from,
          timeoutMs: patient(60_000),
        });
      }),
    );
  });

  it.each(Object.entries(MOMENTS))('when %s', async (_name, { fault, isHere }) => {
    player = await newPlayer(stack);
    const before = await modal.state();
    if (fault) await modal.add(fault);
    await expectWellAgain(
      await make('2Dのキャッチゲームを作って', async () => {
        await untilModal('the moment to strike', (now) => isHere(now, before));
        await stack.untilRestarted('modal', await stack.kill('modal'));
      }),
    );
  });

  it('when the work is done and nobody has heard of it: it is not done again', async () => {
    player = await newPlayer(stack);
    let done: string | undefined;
    const story = await make('2Dのキャッチゲームを作って', async () => {
      await inMidStream();
      await modal.add({ kind: 'slow', on: 'FunctionGetOutputs', delayMs: 2_000 });
      await untilModal('the call ends', (now) => generationsIn(now).at(-1)?.status === 'success');
      done = (await generations()).at(-1)?.id;
      await stack.untilRestarted('modal', await stack.kill('modal'));
    });
    expect((await generations()).find(({ id }) => id === done)).toMatchObject({
      status: 'success',
      begun: 0,
    });
    await expectWellAgain(story);
  });
});

describe('C2/D3: the API', () => {
  it("is killed under a container's posts: it goes on, all heard once, one version", async () => {
    player = await newPlayer(stack);
    const before = (await generations()).length;
    expect(
      await make('2Dのキャッチゲームを作って', async () => {
        await inMidStream();
        await stack.untilRestarted('api', await stack.kill('api'));
      }),
    ).toEqual(['modal 1']);
    expect(player.listener.reconnects).toBeGreaterThan(0);
    expect(player.listener.frames.some(({ type }) => type === 'streamReset')).toBe(false);
    expect(player.listener.text).toContain((await servedCode(stack, player)).trim());
    expect((await generations()).slice(before)).toMatchObject([{ begun: 1 }]);
    await expectWell(['modal 1']);
  });
});

describe('A8: containers', () => {
  it.each<[string, ModalFault, string[]]>([
    [
      'that dies at its work',
      { kind: 'container-death', when: 'during', afterMs: 1_500 },
      ['modal 1 RunCrashed', 'modal 2'],
    ],
    [
      'that is replaced at its work',
      { kind: 'container-death', when: 'during', afterMs: 1_500, outcome: 'restart' },
      ['modal 1'],
    ],
    ['whose result is lost', { kind: 'lost-result' }, ['modal 1 RunCrashed', 'modal 2']],
  ])('one %s', async (_name, fault, story) => {
    player = await newPlayer(stack);
    await modal.add({ ...fault, on: GENERATE, times: 1 });
    expect(await make('2Dのキャッチゲームを作って')).toEqual(story);
    await expectWell(story);
  });
});

describe('E6: a Volume that is behind, ahead or lost', () => {
  const MAIN = 'refs/heads/main';
  const volume = () => path.join(volumeFolder(stack, player), 'projects');

  it.each(['behind', 'lost'] as const)(
    'that is %s: the next message builds on the newest version all the same',
    async (state) => {
      player = await newPlayer(stack);
      expect(await make('2Dのキャッチゲームを作って')).toEqual(['modal 1']);
      await expectViewShown(stack, player);
      await replicated(stack, player);
      const backup = path.join(stack.dataDir, `backup-${player.projectId}`);
      await cp(volume(), backup, { recursive: true });
      expect(await make('背景を青くして')).toEqual(['modal 1']);
      await expectViewShown(stack, player);
      await replicated(stack, player);
      await rm(volume(), { recursive: true });
      if (state === 'behind') await cp(backup, volume(), { recursive: true });
      expect(await make('もっと速くして')).toEqual(['modal 1']);
      await expectWell(['modal 1']);
    },
  );

  it('that has a main that is not published: told, left alone, in no version', async () => {
    player = await newPlayer(stack);
    await make('2Dのキャッチゲームを作って');
    await expectViewShown(stack, player);
    await replicated(stack, player);
    const [{ revision: head } = { revision: '' }] = await expectOneLine(stack, player);
    const told = 'main of the Volume stands at a commit that is not published';
    const repo = volumeRepo(stack, player);
    const target = { ref: 'refs/jobs/stray/1', expected: null, parent: head };
    const files = [{ path: 'index.html', content: 'stray' }];
    const stray = await commitFiles(repo, files, { subject: 'stray' }, target);
    await updateRef(repo, MAIN, stray, head);
    for (const flags of [['--dry-run'], []])
      expect(await syncProject(stack, player, ...flags)).toContain(told);
    expect(await make('背景を青くして')).toEqual(['modal 1']);
    expect((await replicated(stack, player)).problem).toBe(told);
    expect(await resolve(repo, MAIN)).toBe(stray);

    // The way out: every version is an object.
    await rm(volume(), { recursive: true });
    expect(await syncProject(stack, player)).toContain('2 version(s)');
    await expectViewShown(stack, player);
    await expectWell(['modal 1']);
  });
});
