import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  expectNextAccepted,
  expectOneEnd,
  expectOneLine,
  servedCode,
  type Player,
} from '../../support/checker.js';
import { DELIVERIES, CallbackRelay } from '../../support/callback-relay.js';
import { expectNothingRuns, expectViewShown, inWords, storyOf } from '../../support/modal-story.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import { startWorkers, type Workers } from '../../support/workers.js';

/**
 * Posts of a container that come late, doubled, out of order, torn or from somebody else: the
 * player hears one text, and gets one version.
 */
let stack: Stack;
let relay: CallbackRelay;
let workers: Workers;
let player: Player;

beforeAll(async () => {
  stack = await startStack({
    modalEmulator: true,
    env: { DEMO_SECONDS: '3' },
    leaveDown: ['worker'],
  });
  relay = await CallbackRelay.start(stack.baseUrl);
  workers = await startWorkers(stack, 1);
  await workers.restart({ CALLBACK_BASE_URL: relay.url });
});
afterAll(async () => {
  await workers?.stop();
  await relay?.close();
  await stack?.stop();
});
afterEach(() => player?.listener.close());

const FORGERIES = [401, 401, 401, 403];

describe('C2/C3/D2: posts of a container', () => {
  it.each(Object.keys(DELIVERIES) as (keyof typeof DELIVERIES)[])('%s', async (manner) => {
    relay.begin(DELIVERIES[manner]);
    player = await newPlayer(stack);
    const jobId = await say(player);
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
    await expectOneEnd(stack, player, jobId, 'completed');
    // Each third is mistreated: there must be some. A late relay has fewer, because the runner
    // waits for each answer.
    expect(relay.posts.length).toBeGreaterThan(3);
    expect(
      player.listener.frames.some(
        (frame) => frame.type === 'stream' && String(frame['content']).includes('嘘'),
      ),
    ).toBe(false);
    expect(player.listener.text).toContain((await servedCode(stack, player)).trim());
    expect(relay.toForgeries).toEqual(
      manner === 'forged' ? relay.posts.flatMap(() => FORGERIES) : [],
    );
    expect(inWords(await storyOf(stack, player))).toEqual(['modal 1']);

    // Whatever of it comes again after the end is refused; the API believes for a moment that the
    // attempt is still wanted.
    const [first] = relay.posts;
    await expect
      .poll(async () => first && (await relay.send(first)).status, { timeout: patient(15_000) })
      .toBe(410);
    for (const post of relay.posts) expect((await relay.send(post)).status).toBe(410);
    expect(await expectOneLine(stack, player)).toHaveLength(1);
    await expectOneEnd(stack, player, jobId, 'completed');
    await expectNothingRuns(stack);
    await expectViewShown(stack, player);
    await expectNextAccepted(player);
  });
});
