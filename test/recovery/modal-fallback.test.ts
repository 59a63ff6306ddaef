import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  expectNextAccepted,
  expectOneEnd,
  expectOneLine,
  servedCode,
  type Player,
} from '../support/checker.js';
import { modalControlOf, type ModalControl } from '../support/modal-emulator.js';
import {
  closeBreaker,
  containerRunner,
  dreamcore,
  expectNothingRuns,
  expectStoresLevel,
  inWords,
  storyOf,
  type RunStory,
} from '../support/modal-story.js';
import { newPlayer, say } from '../support/player.js';
import { startStack, type Stack } from '../support/stack.js';
import { startWorkers, type Workers } from '../support/workers.js';

/**
 * What becomes of a message when Modal refuses, hangs, is full or dies, and when operators leave
 * it: one version, in time, and the branch is in the history.
 */
let stack: Stack;
let modal: ModalControl;
let workers: Workers;
const players: Player[] = [];

/** Longest time from the first try on Modal to the one on this machine (G1). */
const FALLBACK_LIMIT_MS = 10_000;

beforeAll(async () => {
  stack = await startStack({
    modalEmulator: true,
    env: { DEMO_SECONDS: '2' },
    leaveDown: ['modal', 'worker'],
  });
  modal = modalControlOf(stack);
  workers = await startWorkers(stack, 1);
});
afterAll(async () => {
  await workers?.stop();
  await stack?.stop();
});
afterEach(() => {
  for (const { listener } of players.splice(0)) listener.close();
});

async function addPlayer(): Promise<Player> {
  const player = await newPlayer(stack);
  players.push(player);
  return player;
}

/** A worker that has seen no fault yet. */
async function freshWorker(changes: Record<string, string>): Promise<void> {
  await workers.restart(changes);
  await closeBreaker(stack);
}

/** Until another try than the first has begun: from then on Modal may be back. */
const goesOn = ({ listener }: Player, attempt: number) =>
  listener.until((frame) => (frame.attempt ?? 0) >= attempt);
const inMidStream = ({ listener }: Player) =>
  listener.until((frame) => frame.type === 'stream' && (frame.seq ?? 0) > 4);

/** The end of the message, which everybody agrees on, and the story of its tries. */
async function expectCompleted(player: Player, jobId: string, from = 0): Promise<RunStory> {
  await expect(player.listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed', jobId });
  await expectOneEnd(stack, player, jobId, 'completed');
  return storyOf(stack, player);
}

/** Says something and sees it done there at the first try. */
async function expectMadeOn(
  backend: 'modal' | 'local',
  player: Player,
  content = '背景を青くして',
): Promise<void> {
  const from = player.listener.frames.length;
  const jobId = await say(player, content);
  const story = await expectCompleted(player, jobId, from);
  expect({ ...story, tries: inWords(story) }).toEqual({ backend, tries: [`${backend} 1`] });
}

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
      () => modal.down(),
      ['modal 1 ModalUnavailable', 'modal 2 ModalUnavailable', 'local 3'],
    ],
    [
      'does not answer',
      () => modal.add({ kind: 'hang', on: 'FunctionMap' }),
      ['modal 1 ModalUnavailable', 'local 2'],
    ],
    [
      'is full',
      () => modal.add({ kind: 'error', on: 'FunctionMap', code: 'RESOURCE_EXHAUSTED' }),
      ['modal 1 ModalQuota', 'local 2'],
    ],
  ] as const)('when Modal %s', async (what, fault, tries) => {
    const player = await addPlayer();
    await fault();
    const jobId = await say(player);
    await goesOn(player, tries.length);
    await modal.up();
    await modal.clear();
    const story = await expectCompleted(player, jobId);
    expect(story.backend).toBe('local');
    expect(inWords(story)).toEqual(tries);
    expectSoonEnough(story, `Modal ${what}`);
    await expectStoresLevel(stack, player);
    await expectNextAccepted(player);
  });

  it('when Modal dies while it works', async () => {
    const player = await addPlayer();
    const jobId = await say(player);
    await inMidStream(player);
    await stack.kill('modal');
    await goesOn(player, 2);
    // It begins again on what it had been doing: an attempt that nobody waits for.
    const modalAgain = stack.startPart('modal');
    const story = await expectCompleted(player, jobId);
    expect(inWords(story)).toEqual(['modal 1 ModalUnavailable', 'local 2']);
    await modalAgain;
    await expectNothingRuns(stack);
    expect(await expectOneLine(stack, player)).toHaveLength(1);
    await expectNextAccepted(player);
  });
});

describe('limits and late work', () => {
  beforeAll(() => freshWorker({ NO_PROGRESS_TIMEOUT_MS: '3000' }));

  it('F3: a container that hangs is given up at the limit; another makes the message', async () => {
    const player = await addPlayer();
    const jobId = await say(player);
    await inMidStream(player);
    const runner = await containerRunner(stack);
    process.kill(runner, 'SIGSTOP');
    const stoppedAtMs = Date.now();
    await goesOn(player, 2);
    process.stdout.write(
      'a container hangs: the next try speaks ' +
        `${((Date.now() - stoppedAtMs) / 1_000).toFixed(1)} s later\n`,
    );
    const [first, second] = (await expectCompleted(player, jobId)).tries;
    expect(first).toMatchObject({ backend: 'modal', attempt: 1, failure: 'RunStalled' });
    expect((second?.scheduledAtMs ?? Infinity) - stoppedAtMs).toBeLessThan(FALLBACK_LIMIT_MS);
    await expectNothingRuns(stack);
    await expectStoresLevel(stack, player);
    await expectNextAccepted(player);
  });

  it('C2/G1: what a container makes after the message went on locally is refused', async () => {
    const player = await addPlayer();
    const jobId = await say(player);
    await inMidStream(player);
    const runner = await containerRunner(stack);
    process.kill(runner, 'SIGSTOP');
    await modal.down();
    await goesOn(player, 2);
    await modal.up();
    const story = await expectCompleted(player, jobId);
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
  it('by the switch: what runs ends there, the next message is local, and back again', async () => {
    await freshWorker({});
    const player = await addPlayer();
    const jobId = await say(player);
    await inMidStream(player);
    expect(await dreamcore(stack, 'backend', 'local')).toContain('local (by ');
    expect(inWords(await expectCompleted(player, jobId))).toEqual(['modal 1']);
    await expectMadeOn('local', player);
    expect(await dreamcore(stack, 'backend', 'modal')).toContain('modal (by ');
    await expectMadeOn('modal', player, '敵を増やして');
    await expectStoresLevel(stack, player);
  });

  it('by USE_MODAL=false and a restart: versions are in place, messages made locally', async () => {
    const player = await addPlayer();
    await say(player);
    await player.listener.untilEnd();
    const [first] = await expectOneLine(stack, player);
    await workers.restart({ USE_MODAL: 'false' });
    await expectMadeOn('local', player);
    const line = await expectOneLine(stack, player);
    expect(line.map(({ parent }) => parent)).toEqual([null, first?.revision]);
    await expectNextAccepted(player);
  });
});
