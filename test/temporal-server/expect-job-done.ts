import { expect } from 'vitest';
import { expectNextAccepted, expectOneEnd, type Player } from '../support/checker.js';
import { newPlayer } from '../support/player.js';
import type { Stack } from '../support/stack.js';

/** A new player starts a job by `work`: it is completed as promised, and the next one accepted. */
export async function expectJobDone(
  stack: Stack,
  work: (player: Player) => Promise<string>,
): Promise<void> {
  const player = await newPlayer(stack);
  const jobId = await work(player);
  await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
  await expectOneEnd(stack, player, jobId, 'completed');
  await expectNextAccepted(player);
  player.listener.close();
}
