import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { projectWorkflowId } from '../../../src/contracts/base/ids.js';
import { readStory } from '../../../src/ops/jobs/story.js';
import { expectOneEnd, expectOneLine, type Player } from '../../support/checker.js';
import { LOG_REQUESTS, logDatabaseCalls } from '../../support/database-calls.js';
import { moneyOf } from '../../support/money.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack, type StackOptions } from '../../support/stack.js';
import { versionsOf } from '../../support/versions.js';
import { commandOn } from '../ops/command.js';

/** What a change of a game may ask of the database, played and judged. */
const MAX_CALLS = 28;
/** Two runs, two plays and two judges on a busy machine. */
const LIMIT_MS = patient(240_000);

function envOf(demo: DemoServer): Record<string, string> {
  return {
    PLAY_GAMES: 'true',
    DRAW_SPRITES: 'true',
    GEMINI_API_KEY: 'a-key-for-tests',
    GEMINI_BASE_URL: `${demo.url}/gemini`,
    ANTHROPIC_API_KEY: 'a-key-for-tests',
    ANTHROPIC_BASE_URL: `${demo.url}/fault/unmet`,
  };
}

/**
 * Images were drawn while the game was written; the version that was played, mended and published
 * has them as files (C4), and the user pays each (J5).
 */
async function expectSprites(
  stack: Stack,
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
  const { projectId } = player;
  const revision = (await expectOneLine(stack, player)).at(-1)?.revision ?? '';
  const versions = versionsOf(stack);
  const files = await versions.listFiles({ projectId, revision });
  expect(files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['images/enemy.webp', 'images/player.webp', 'index.html']),
  );
  const page = await versions.readFile({ projectId, revision }, 'index.html');
  expect(page?.toString()).toContain("'images/player.webp'");
}

/** A game that is not what it was to be, and a change of it, through the whole product. */
export function describeJudging(where: string, options: StackOptions): void {
  let stack: Stack;
  let demo: DemoServer;
  let connection: Connection;
  let player: Player;
  beforeAll(async () => {
    demo = await startDemoServer();
    stack = await startStack({ ...options, env: { ...envOf(demo), ...LOG_REQUESTS } });
    connection = await Connection.connect({ address: stack.env['TEMPORAL_ADDRESS'] ?? '' });
    player = await newPlayer(stack);
  });
  afterAll(async () => {
    player?.listener.close();
    await connection?.close();
    await stack?.stop();
    await demo?.close();
  });

  /** What the last job of the player came to. */
  async function endOf(content?: string): Promise<{ jobId: string; end: Record<string, unknown> }> {
    const from = player.listener.frames.length;
    const jobId = await say(player, content);
    const end = await player.listener.until(
      ({ type }) => type === 'completed' || type === 'failed',
      from,
      LIMIT_MS,
    );
    return { jobId, end };
  }
  async function storyOf() {
    const run = new Client({ connection }).workflow.getHandle(projectWorkflowId(player.projectId));
    return readStory(await run.fetchHistory());
  }
  const textsOf = (jobId: string) => moneyOf(stack, player.user.id).texts(jobId);
  const STEPS = ['runAgent', 'playGame', 'judgeGame'];

  describe(`J2: a game that plays and is not what it was to be, ${where}`, () => {
    it(
      'is judged, mended in one round, judged again and handed over; everybody can read it',
      async () => {
        const { jobId, end } = await endOf();
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

        const story = await storyOf();
        const steps = story.filter(({ name }) => STEPS.includes(name));
        expect(steps.map(({ name }) => name)).toEqual([...STEPS, ...STEPS]);
        expect(steps[2]?.summary).toMatch(/^Judge 1: candidate [0-9a-f]{7}, 4 checks$/);
        expect(steps[3]?.summary).toBe(`Repair 1: Claude run 2 (${where}): unmet`);

        await expectSprites(stack, player, jobId, story);
        expect(await textsOf(jobId)).toEqual([
          { call_id: `${jobId}.reading`, state: 'settled', payer: 'user' },
          { call_id: `${jobId}.design`, state: 'settled', payer: 'user' },
          { call_id: `${jobId}.judging-1`, state: 'settled', payer: 'house' },
          { call_id: `${jobId}.judging-2`, state: 'settled', payer: 'house' },
        ]);
        const shown = await commandOn(stack)('show', jobId);
        expect(shown.out).toMatch(/ {2}plays; judged: 4 of 4 checks met\n {4}met {9}さわると/);
      },
      LIMIT_MS,
    );

    it(
      'and a change of it is judged by what was asked for and by what was true before',
      async () => {
        const calls = await logDatabaseCalls(stack, player);
        const { jobId, end } = await endOf('背景を赤にして');
        const asked = await calls(jobId);
        if (options.modalEmulator !== true)
          expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(MAX_CALLS);
        const judging = { state: 'judged', met: 5, unmet: 0, undecided: 0 };
        expect(end).toMatchObject({
          ...{ type: 'completed', attempt: 1 },
          result: { play: { verdict: 'plays', findings: [], judging } },
        });
        const steps = (await storyOf()).filter(({ name }) => STEPS.includes(name));
        expect(steps.map(({ name }) => name)).toEqual(STEPS);
        expect(steps[2]?.summary).toMatch(/^Judge 1: candidate [0-9a-f]{7}, 5 checks$/);
        expect(await textsOf(jobId)).toEqual([
          { call_id: `${jobId}.reading`, state: 'settled', payer: 'user' },
          { call_id: `${jobId}.judging-1`, state: 'settled', payer: 'house' },
        ]);
        const shown = await commandOn(stack)('show', jobId);
        expect(shown.out).toMatch(/ {2}plays; judged: 5 of 5 checks met\n {4}met {9}背景を赤に/);
      },
      LIMIT_MS,
    );
  });
}
