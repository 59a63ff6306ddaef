import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  expectNextAccepted,
  expectOneEnd,
  expectOneLine,
  servedCode,
  type Player,
} from '../support/checker.js';
import { newPlayer, say } from '../support/player.js';
import { startStack, type Stack } from '../support/stack.js';

/**
 * Real processes, real `kill -9`: an accepted message ends in exactly one version, and its listener
 * misses nothing.
 */
let stack: Stack;
let player: Player;
beforeAll(async () => {
  stack = await startStack({ env: { DEMO_SECONDS: '6' } });
});
afterAll(() => stack.stop());
afterEach(() => player.listener.close());

async function midStream(): Promise<string> {
  player = await newPlayer(stack);
  const jobId = await say(player, '2Dのシューティングゲームを作って');
  await player.listener.until((frame) => frame.type === 'stream' && (frame.seq ?? 0) > 8);
  return jobId;
}

/** What the player saw being written is the game that was published. */
async function expectHeardTheGame(): Promise<void> {
  expect(player.listener.text).toContain((await servedCode(stack, player)).trim());
}

describe('A8: accepted means ended', () => {
  it('C1/D2/E4: a killed worker leaves one version, unbroken text and a free project', async () => {
    const jobId = await midStream();
    await stack.untilRestarted('worker', await stack.kill('worker'));
    const { attempt = 0, ...end } = await player.listener.untilEnd();
    expect(end).toMatchObject({ type: 'completed', jobId });
    expect(attempt).toBeGreaterThan(1);
    expect(
      player.listener.frames
        .filter(({ type }) => type === 'streamReset')
        .map((frame) => frame.attempt),
    ).toContain(attempt);
    await expectOneEnd(stack, player, jobId, 'completed');
    await expectHeardTheGame();

    const from = player.listener.frames.length;
    const nextId = await say(player, '敵を青にして');
    await expect(player.listener.untilEnd(from)).resolves.toMatchObject({
      type: 'completed',
      jobId: nextId,
    });
    await expectOneEnd(stack, player, nextId, 'completed');
    expect(await expectOneLine(stack, player)).toHaveLength(2);
  });

  it('D3/C3: the API killed mid-stream: the listener resumes without gap or repeat', async () => {
    const jobId = await midStream();
    await stack.untilRestarted('api', await stack.kill('api'));
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
    expect(player.listener.reconnects).toBeGreaterThan(0);
    await expectOneEnd(stack, player, jobId, 'completed');
    await expectHeardTheGame();
    await expectNextAccepted(player);
  });
});
