import { expect } from 'vitest';
import { expectNextAccepted, expectOneEnd, expectOneLine, type Player } from './checker.js';
import type { CrashingStack } from './crashing-stack.js';
import {
  closeBreaker,
  expectNothingRuns,
  expectViewShown,
  inWords,
  storyOf,
  type RunStory,
} from './modal-story.js';
import { say } from './player.js';
import { patient } from './patience.js';

/** Longest time from the first try on Modal to the one on this machine (G1). */
export const FALLBACK_LIMIT_MS = patient(10_000);

/** Workers that have seen no fault yet. */
export async function freshWorkers(
  { stack, workers }: CrashingStack,
  changes: Record<string, string>,
): Promise<void> {
  await workers.restart(changes);
  await closeBreaker(stack);
}

/** Until another try than the first has begun: from then on Modal may be back. */
export const goesOn = ({ listener }: Player, attempt: number) =>
  listener.until((frame) => (frame.attempt ?? 0) >= attempt);
export const inMidStream = ({ listener }: Player) => listener.untilMidRun();

/** The end of the message, which everybody agrees on, and the story of its tries. */
export async function expectCompleted(
  { stack }: CrashingStack,
  player: Player,
  jobId: string,
  from = 0,
): Promise<RunStory> {
  await expect(player.listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed', jobId });
  await expectOneEnd(stack, player, jobId, 'completed');
  return storyOf(stack, player);
}

/** Says something and sees it done there at the first try. */
export async function expectMadeOn(
  crashing: CrashingStack,
  backend: 'modal' | 'local',
  player: Player,
  content = '背景を青くして',
): Promise<void> {
  const from = player.listener.frames.length;
  const jobId = await say(player, content);
  const story = await expectCompleted(crashing, player, jobId, from);
  expect({ ...story, tries: inWords(story) }).toEqual({ backend, tries: [`${backend} 1`] });
}

/** One version of a job, which the Volume shows, and a writer that takes the next message. */
export async function expectOneVersion(
  { stack }: CrashingStack,
  player: Player,
  jobId: string,
): Promise<void> {
  await expectOneEnd(stack, player, jobId, 'completed');
  expect(await expectOneLine(stack, player)).toHaveLength(1);
  await expectNothingRuns(stack);
  await expectViewShown(stack, player);
  await expectNextAccepted(player);
}

/** A process dies while a message is made on Modal: it stays there, and is one version. */
export async function expectSurvivesOnModal(
  crashing: CrashingStack,
  point: Parameters<CrashingStack['sayWithCrash']>[1],
): Promise<void> {
  const player = await crashing.addPlayer();
  const jobId = await crashing.sayWithCrash(player, point);
  expect((await storyOf(crashing.stack, player)).tries.map(({ backend }) => backend)).not.toContain(
    'local',
  );
  await expectOneVersion(crashing, player, jobId);
}
