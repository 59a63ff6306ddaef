import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { expectNextAccepted, expectOneEnd } from '../../support/checker.js';
import { arm, untilHit } from '../../support/crash.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';

/** Two runs and two plays on a busy machine. */
const LIMIT_MS = patient(400_000);

let stack: Stack;
let demo: DemoServer;
beforeAll(async () => {
  demo = await startDemoServer();
  stack = await startStack({
    env: {
      PLAY_GAMES: 'true',
      ANTHROPIC_API_KEY: 'a-key-for-tests',
      ANTHROPIC_BASE_URL: `${demo.url}/fault/deaf`,
    },
  });
});
afterAll(async () => {
  await stack?.stop();
  await demo?.close();
});

describe('J3: a worker that dies between a play and its repair', () => {
  it(
    'loses neither the candidate nor what was found in it',
    async () => {
      const player = await newPlayer(stack);
      await arm(stack, 'after-play-before-repair');
      const jobId = await say(player);
      await untilHit(stack, 'after-play-before-repair', LIMIT_MS / 2);
      const end = await player.listener.until(
        ({ type }) => type === 'completed' || type === 'failed',
        0,
        LIMIT_MS,
      );
      expect(end).toMatchObject({ type: 'completed', result: { play: { verdict: 'plays' } } });
      await expectOneEnd(stack, player, jobId, 'completed');
      await expectNextAccepted(player);
      player.listener.close();
    },
    LIMIT_MS,
  );
});

describe('J4: a worker that dies with the answer of a judge', () => {
  it(
    'loses nothing else: the game is handed over unjudged, and nobody is asked twice',
    async () => {
      const player = await newPlayer(stack);
      await arm(stack, 'after-judge');
      const jobId = await say(player);
      await untilHit(stack, 'after-judge', LIMIT_MS / 2);
      const end = await player.listener.until(
        ({ type }) => type === 'completed' || type === 'failed',
        0,
        LIMIT_MS,
      );
      expect(end).toMatchObject({
        type: 'completed',
        result: { play: { verdict: 'plays', judging: { state: 'unjudged', met: 0 } } },
      });
      await expectOneEnd(stack, player, jobId, 'completed');
      await expectNextAccepted(player);
      player.listener.close();
    },
    LIMIT_MS,
  );
});
