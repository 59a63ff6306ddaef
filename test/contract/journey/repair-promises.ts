import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { expectOneEnd } from '../../support/checker.js';
import { moneyOf } from '../../support/money.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack, type StackOptions } from '../../support/stack.js';

/** Two runs and two plays on a busy machine. */
const LIMIT_MS = patient(240_000);

/** What a user may spend on a day. */
const DAY_USD = 8;

/** What the person is told of a game that is mended once. */
const STEPS = ['think', 'design', 'make', 'play', 'repair', 'play', 'save'];
const stepsOf = (frames: readonly Record<string, unknown>[]): unknown[] =>
  frames
    .flatMap(({ step }) => (step === undefined ? [] : [step]))
    .filter((step, index, all) => step !== all[index - 1]);

/** Games that do not play when they are made, through the whole product, on one backend. */
export function describeRepairs(where: string, options: StackOptions): void {
  let stack: Stack;
  let demo: DemoServer;
  const prompts: string[] = [];
  beforeAll(async () => {
    demo = await startDemoServer({
      onRequest: ({ body }) => prompts.push(JSON.stringify(body.messages)),
    });
    stack = await startStack({
      ...options,
      env: {
        PLAY_GAMES: 'true',
        USER_DAILY_USD: String(DAY_USD),
        ANTHROPIC_API_KEY: 'a-key-for-tests',
        ANTHROPIC_BASE_URL: `${demo.url}/fault/blank`,
      },
    });
  });
  afterAll(async () => {
    await stack?.stop();
    await demo?.close();
  });

  describe(`J2: a game that does not play, ${where}`, () => {
    it(
      'is mended in one round, before anybody sees it, and the house pays for that',
      async () => {
        const player = await newPlayer(stack);
        const jobId = await say(player);
        const end = await player.listener.until(
          ({ type }) => type === 'completed' || type === 'failed',
          0,
          LIMIT_MS,
        );
        expect(end).toMatchObject({
          type: 'completed',
          attempt: 2,
          result: {
            message: expect.stringContaining('「画面に何も出ません」は、直してあります') as unknown,
            play: { verdict: 'plays', findings: [] },
          },
          params: { paragraphs: [{}, { code: 'GAME_MENDED', params: { faults: ['blank'] } }] },
        });
        await expectOneEnd(stack, player, jobId, 'completed');
        const told = player.listener.frames.map(({ message }) => message);
        expect(told).toEqual(
          expect.arrayContaining([
            '試し遊びをしています',
            '見つかった不具合を直しています',
            '直したゲームをもう一度試し遊びしています',
          ]),
        );
        expect(stepsOf(player.listener.frames)).toEqual(STEPS);
        expect(end['job']).toMatchObject({
          steps: STEPS,
          trying: { round: 1, tryNo: 1, repairsFrom: 2, leftModal: false },
        });
        const { usd, ...shares } = end['spending'] as Record<string, number>;
        expect(usd).toBeGreaterThan(0);
        expect(shares).toEqual({
          shareOfDay: expect.closeTo(Number(usd) / DAY_USD, 9) as number,
          shareLeft: expect.closeTo(1 - Number(usd) / DAY_USD, 9) as number,
        });
        expect(end['screenshotUrl']).toMatch(
          new RegExp(`^/api/projects/${player.projectId}/screenshots/[0-9a-f]{64}$`),
        );
        const asked = prompts.filter((text) => text.includes('1. [blank] '));
        expect(asked.length).toBeGreaterThan(0);
        // A PNG beside the words: what the play has seen.
        for (const text of asked)
          expect(text).toContain('"media_type":"image/png","data":"iVBORw0KGgo');
        expect(await moneyOf(stack, player.user.id).payers(jobId)).toEqual([
          { state: 'settled', payer: 'user' },
          { state: 'settled', payer: 'house' },
        ]);
        player.listener.close();
      },
      LIMIT_MS,
    );
  });
}
