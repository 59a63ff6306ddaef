import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectOneEnd, expectOneLine, repoOf, type Player } from '../../support/checker.js';
import { modalControlOf, type ModalControl, type ModalFault } from '../../support/modal-emulator.js';
import { closeBreaker, expectNothingRuns, expectStoresLevel, inWords, storyOf, volumeFolder } from '../../support/modal-story.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import { startWorkers, type Workers } from '../../support/workers.js';

/**
 * Faults of Modal that are made while a message is made: it ends in one version, the branch is in its history, and both stores become level.
 *
 * | Fault | Shown by |
 * | --- | --- |
 * | control plane killed during a call; 500s; a connection torn after a call was taken | here |
 * | control plane refuses, is silent, is full (quota), dies for good; a container hangs; late work after the fallback is never published; leaving Modal | ../modal-fallback.test.ts |
 * | container killed or replaced on the same input at its work; result lost | here; before and after its work, without a stack: test/contract/modal |
 * | a film's container killed | modal-film.test.ts |
 * | Volume behind, mirror lost | here; Volume lost: ../flip.test.ts |
 * | posts late, doubled, shuffled, torn, 5xx, forged, foreign, after the end | modal-callbacks.test.ts |
 * | workers and runners killed at each step; worker killed in mid-call goes on with the same call | ../modal-crash-points.test.ts |
 */
let stack: Stack;
let modal: ModalControl;
let workers: Workers;
let player: Player;

beforeAll(async () => {
  stack = await startStack({ modalEmulator: true, env: { DEMO_SECONDS: '2' }, leaveDown: ['worker'] });
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

/** No fault any more, and nobody who remembers one: a breaker that it has opened is none of the next message's. */
async function recover(): Promise<void> {
  await modal.up();
  await modal.clear();
  await workers.restart({});
  await closeBreaker(stack);
}

const GENERATE = 'generate-game';
const generations = async () => (await modal.state()).calls.filter((call) => call.function === GENERATE);
const inMidStream = () => player.listener.until((frame) => frame.type === 'stream' && (frame.seq ?? 0) > 4);

/** Says it, lets `during` happen, and sees one end that everybody agrees on. Answers with the branch in the history. */
async function make(content: string, during: () => Promise<unknown> = async () => undefined): Promise<string[]> {
  const from = player.listener.frames.length;
  const versions = (await expectOneLine(stack, player)).length;
  const jobId = await say(player, content);
  await during();
  await expect(player.listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed', jobId });
  await expectOneEnd(stack, player, jobId, 'completed');
  expect(await expectOneLine(stack, player)).toHaveLength(versions + 1);
  return inWords(await storyOf(stack, player));
}

/** Nothing is left on Modal, the player's next message is made there, and both stores agree. */
async function expectWell(story: readonly string[]): Promise<void> {
  await modal.up();
  await modal.clear();
  await expectNothingRuns(stack);
  if (story.length > 1) await recover();
  expect(await make('敵を増やして')).toEqual(['modal 1']);
  await expectStoresLevel(stack, player);
}

describe('G1: the control plane', () => {
  it.each<[string, ModalFault, string[]]>([
    ['fails always, whatever it is asked', { kind: 'error', on: '*', code: 'INTERNAL' }, ['modal 1 ModalUnavailable', 'modal 2 ModalUnavailable', 'local 3']],
    ['cuts the connection after it has taken a call: it is one call', { kind: 'cut', on: 'FunctionMap', when: 'after', times: 1 }, ['modal 1']],
  ])('%s', async (_name, fault, story) => {
    player = await newPlayer(stack);
    const before = (await generations()).length;
    await modal.add(fault);
    expect(await make('2Dのキャッチゲームを作って', async () => {
      if (story.length === 1) return;
      await player.listener.until((frame) => (frame.attempt ?? 0) >= story.length);
      await modal.clear();
    })).toEqual(story);
    if (story.length === 1) expect((await generations()).slice(before)).toMatchObject([{ begun: 1 }]);
    await expectWell(story);
  });

  // It may be back in time or not: that is up to the machine.
  it('is killed while a call runs and is soon back: the same call begins again, and makes the one version', async () => {
    player = await newPlayer(stack);
    const story = await make('2Dのキャッチゲームを作って', async () => {
      await inMidStream();
      await stack.untilRestarted('modal', await stack.kill('modal'));
    });
    expect([['modal 1'], ['modal 1 ModalUnavailable', 'local 2']]).toContainEqual(story);
    await expectWell([...story, 'the worker has met a dead one']);
  });
});

describe('A8: containers', () => {
  it.each<[string, ModalFault, string[]]>([
    ['that dies at its work', { kind: 'container-death', when: 'during', afterMs: 1_500 }, ['modal 1 RunCrashed', 'modal 2']],
    ['that is replaced at its work', { kind: 'container-death', when: 'during', afterMs: 1_500, outcome: 'restart' }, ['modal 1']],
    ['whose result is lost', { kind: 'lost-result' }, ['modal 1 RunCrashed', 'modal 2']],
  ])('one %s', async (_name, fault, story) => {
    player = await newPlayer(stack);
    await modal.add({ ...fault, on: GENERATE, times: 1 });
    expect(await make('2Dのキャッチゲームを作って')).toEqual(story);
    await expectWell(story);
  });
});

describe('E6/E7: stores that differ', () => {
  const volume = () => path.join(volumeFolder(stack, player), 'projects');
  const mirror = () => repoOf(stack, player);
  it.each([
    ['a Volume that is a version behind', volume, 'old'],
    ['a mirror that has lost the project', mirror, 'lost'],
  ] as const)('%s: the next message builds on the newest version all the same', async (_name, folderOf, state) => {
    player = await newPlayer(stack);
    expect(await make('2Dのキャッチゲームを作って')).toEqual(['modal 1']);
    await expectStoresLevel(stack, player);
    const backup = path.join(stack.dataDir, `backup-${player.projectId}`);
    await cp(folderOf(), backup, { recursive: true });
    expect(await make('背景を青くして')).toEqual(['modal 1']);
    await expectStoresLevel(stack, player);
    await rm(folderOf(), { recursive: true });
    if (state === 'old') await cp(backup, folderOf(), { recursive: true });
    const from = player.listener.frames.length;
    const jobId = await say(player, 'もっと速くして');
    await expect(player.listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed', jobId });
    await expectOneEnd(stack, player, jobId, 'completed');
    expect(inWords(await storyOf(stack, player))).toEqual(['modal 1']);
    expect(await expectOneLine(stack, player)).toHaveLength(3);
    await expectStoresLevel(stack, player);
    await expectWell(['modal 1']);
  });
});
