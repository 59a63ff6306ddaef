import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { projectWorkflowId } from '../../../src/contracts/ids.js';
import { readStory } from '../../../src/ops/jobs/story.js';
import { createMirror } from '../../../src/store/mirror/mirror.js';
import { expectOneEnd, type Player } from '../../support/checker.js';
import { moneyOf } from '../../support/money.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import { commandOn } from '../ops/command.js';

/** Two runs, two plays and two judges on a busy machine. */
const LIMIT_MS = patient(240_000);

let stack: Stack;
let demo: DemoServer;
let connection: Connection;
beforeAll(async () => {
  demo = await startDemoServer();
  stack = await startStack({
    env: {
      PLAY_GAMES: 'true',
      DRAW_SPRITES: 'true',
      GEMINI_API_KEY: 'a-key-for-tests',
      GEMINI_BASE_URL: `${demo.url}/gemini`,
      ANTHROPIC_API_KEY: 'a-key-for-tests',
      ANTHROPIC_BASE_URL: `${demo.url}/fault/unmet`,
    },
  });
  connection = await Connection.connect({ address: stack.env['TEMPORAL_ADDRESS'] ?? '' });
});
afterAll(async () => {
  await connection?.close();
  await stack?.stop();
  await demo?.close();
});

/**
 * Images were drawn while the game was written; the version that was played, mended and published
 * has them as files (C4), and the user pays each (J5).
 */
async function expectSprites(
  player: Player,
  jobId: string,
  story: ReturnType<typeof readStory>,
): Promise<void> {
  const drawn = story.filter(({ name }) => name === 'drawSprite');
  expect(drawn.map(({ state }) => state)).toEqual(drawn.map(() => 'completed'));
  const count = drawn.length;
  const added = story.find(({ name }) => name === 'addSprites');
  expect(added?.summary).toBe(`${count} of ${count} sprites, ${(count * 0.04).toFixed(2)} $`);
  const money = moneyOf(stack, player.user.id);
  expect(await money.of(jobId)).toEqual(
    expect.arrayContaining(drawn.map(() => ({ kind: 'image', state: 'settled', usd: 0.04 }))),
  );
  const { userId, projectId } = { userId: player.user.id, projectId: player.projectId };
  const mirror = createMirror(stack.dataDir);
  const { head } = await mirror.state(userId, projectId, []);
  const files = await mirror.listFiles(userId, projectId, head ?? '');
  expect(files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['images/enemy.webp', 'images/player.webp', 'index.html']),
  );
  const page = await mirror.readFile(userId, projectId, head ?? '', 'index.html');
  expect(page?.toString()).toContain("'images/player.webp'");
}

describe('J2: a game that plays and is not what it was to be', () => {
  it(
    'is judged, mended in one round, judged again and handed over; everybody can read it',
    async () => {
      const player = await newPlayer(stack);
      const jobId = await say(player);
      const end = await player.listener.until(
        ({ type }) => type === 'completed' || type === 'failed',
        0,
        LIMIT_MS,
      );
      const judging = { state: 'judged', met: 4, unmet: 0, undecided: 0 };
      expect(end).toMatchObject({
        type: 'completed',
        attempt: 2,
        result: {
          message: expect.stringContaining('は、直してあります') as unknown,
          play: { verdict: 'plays', findings: [], judging },
        },
      });
      await expectOneEnd(stack, player, jobId, 'completed');

      const run = new Client({ connection }).workflow.getHandle(
        projectWorkflowId(player.projectId),
      );
      const story = readStory(await run.fetchHistory());
      const steps = story.filter(({ name }) =>
        ['runAgent', 'playGame', 'judgeGame'].includes(name),
      );
      expect(steps.map(({ name }) => name)).toEqual([
        ...['runAgent', 'playGame', 'judgeGame'],
        ...['runAgent', 'playGame', 'judgeGame'],
      ]);
      expect(steps[2]?.summary).toMatch(/^Judge 1: candidate [0-9a-f]{7}, 4 checks$/);
      expect(steps[3]?.summary).toBe('Repair 1: Claude run 2 (local): unmet');

      await expectSprites(player, jobId, story);
      expect(await moneyOf(stack, player.user.id).texts(jobId)).toEqual([
        { call_id: `${jobId}.reading`, state: 'settled', payer: 'user' },
        { call_id: `${jobId}.design`, state: 'settled', payer: 'user' },
        { call_id: `${jobId}.judging-1`, state: 'settled', payer: 'house' },
        { call_id: `${jobId}.judging-2`, state: 'settled', payer: 'house' },
      ]);
      const shown = await commandOn(stack)('show', jobId);
      expect(shown.out).toMatch(/ {2}plays; judged: 4 of 4 checks met\n {4}met {9}さわると/);
      player.listener.close();
    },
    LIMIT_MS,
  );
});
