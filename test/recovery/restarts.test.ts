import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNextAccepted, expectOneEnd, type Player } from '../support/checker.js';
import { isFullRun } from '../scope.js';
import { newPlayer, say } from '../support/player.js';
import { startStack, type Stack } from '../support/stack.js';

/**
 * What all of us stand on goes away in the middle of a job, and comes back with its data. The API
 * and the worker: worker-killed.test.ts; other moments: phases.test.ts.
 */
const TEMPORAL_DOWN_MS = isFullRun ? 20_000 : 3_000;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { DEMO_SECONDS: '3' }, leaveDown: ['temporal'] });
});
afterAll(() => stack.stop());

/**
 * A job in mid-stream meets the trouble and ends in exactly one version, and the project goes on.
 */
async function survives(trouble: () => Promise<unknown>): Promise<void> {
  const player: Player = await newPlayer(stack);
  const jobId = await say(player);
  await player.listener.until((frame) => frame.type === 'stream' && (frame.seq ?? 0) > 8);
  await trouble();
  await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
  await expectOneEnd(stack, player, jobId, 'completed');
  await expectNextAccepted(player);
  player.listener.close();
}

describe('A8: an accepted message ends in exactly one version', () => {
  it('although the gateway is killed in mid-stream', () =>
    survives(async () => stack.untilRestarted('supabase', await stack.kill('supabase'))));

  it('although PostgreSQL is killed in mid-stream', () =>
    survives(async () => stack.untilRestarted('postgres', await stack.kill('postgres'))));

  it('although Temporal is killed in mid-stream and comes back later from its file', () =>
    survives(async () => {
      await stack.kill('temporal');
      await sleep(TEMPORAL_DOWN_MS);
      await stack.startPart('temporal');
    }));
});
