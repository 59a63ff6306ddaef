import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { projectWorkflowId } from '../../../src/contracts/base/ids.js';
import type { CrashPoint } from '../../../src/process/crash-points.js';
import type { Step } from '../../../src/ops/jobs/shown.js';
import { readStory } from '../../../src/ops/jobs/story.js';
import { withTemporalOf } from '../../support/builds.js';
import { expectNextAccepted, expectOneEnd, type Player } from '../../support/checker.js';
import { arm, untilHit } from '../../support/crash.js';
import type { JobFrame } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { GAME, newPlayer, say } from '../../support/player.js';
import { startStack, type Stack, type StackOptions } from '../../support/stack.js';

/** Three runs and three plays on a busy machine, and one of them once more. */
const LIMIT_MS = patient(600_000);
const PLAYING_AGAIN = '直したゲームをもう一度試し遊びしています';

interface Story {
  /** The fault that the model gives the game. */
  fault: string;
  /** The process that passes it dies. */
  point: CrashPoint;
  /** What is said when the point is armed; left out: before the message. */
  armedAt?: string;
  result: object;
  /** How often each step was done, by its name. */
  steps: Readonly<Record<string, number>>;
}

/** Processes that die after a play, after a judge and between repairs, on one backend. */
export function describeRepairCrashes(where: string, options: StackOptions): void {
  let stack: Stack;
  let demo: DemoServer;
  beforeAll(async () => {
    demo = await startDemoServer();
    stack = await startStack({
      ...options,
      env: {
        PLAY_GAMES: 'true',
        // Two repairs, and the attempt of one that dies: money shall not be what ends them.
        JOB_BUDGET_USD: '5',
        ANTHROPIC_API_KEY: 'a-key-for-tests',
        ANTHROPIC_BASE_URL: `${demo.url}/fault/asked`,
      },
    });
  });
  afterAll(async () => {
    await stack?.stop();
    await demo?.close();
  });

  async function endOf(player: Player, story: Story): Promise<{ jobId: string; end: JobFrame }> {
    const { fault, point, armedAt } = story;
    if (armedAt === undefined) await arm(stack, point);
    const jobId = await say(player, `${GAME}。DEMO: ${fault}`);
    if (armedAt !== undefined) {
      await player.listener.until(({ message }) => message === armedAt, 0, LIMIT_MS);
      await arm(stack, point);
    }
    await untilHit(stack, point, LIMIT_MS / 2);
    const isEnd = ({ type }: JobFrame) => type === 'completed' || type === 'failed';
    return { jobId, end: await player.listener.until(isEnd, 0, LIMIT_MS) };
  }
  const storyOf = (player: Player): Promise<Step[]> =>
    withTemporalOf(stack, async ({ workflow }) =>
      readStory(await workflow.getHandle(projectWorkflowId(player.projectId)).fetchHistory()),
    );

  describe(`J3: a worker dies, ${where}`, () => {
    it.each<[string, Story]>([
      [
        'with what a play has found: it is played again, and mended',
        {
          fault: 'deaf',
          point: 'after-play',
          result: { play: { verdict: 'plays', findings: [] } },
          steps: { runAgent: 2, playGame: 2, judgeGame: 1 },
        },
      ],
      [
        'between a play and its repair: neither candidate nor findings are lost',
        {
          fault: 'deaf',
          point: 'after-play-before-repair',
          result: { play: { verdict: 'plays', findings: [] } },
          steps: { runAgent: 2, playGame: 2, judgeGame: 1 },
        },
      ],
      [
        'with the answer of a judge: the game is handed over unjudged, nobody is asked twice (J4)',
        {
          fault: 'none',
          point: 'after-judge',
          result: { play: { verdict: 'plays', judging: { state: 'unjudged', met: 0 } } },
          steps: { runAgent: 1, playGame: 1, judgeGame: 0 },
        },
      ],
      [
        'between two repairs: the second is made once, and the best round is told broken',
        {
          fault: 'oscillates',
          point: 'after-start-attempt',
          armedAt: PLAYING_AGAIN,
          result: {
            message: expect.stringContaining(
              '試しに遊んでみたところ、「触っても反応しません」',
            ) as unknown,
            play: { verdict: 'broken', findings: ['deaf'] },
          },
          steps: { runAgent: 3, playGame: 3, judgeGame: 0 },
        },
      ],
    ])(
      '%s',
      async (_, story) => {
        const player = await newPlayer(stack);
        const { jobId, end } = await endOf(player, story);
        expect(end).toMatchObject({ type: 'completed', result: story.result });
        await expectOneEnd(stack, player, jobId, 'completed');
        const done = (await storyOf(player)).filter(({ state }) => state === 'completed');
        const counts = Object.keys(story.steps).map(
          (step) => [step, done.filter(({ name }) => name === step).length] as const,
        );
        expect(Object.fromEntries(counts)).toEqual(story.steps);
        await expectNextAccepted(player);
        player.listener.close();
      },
      LIMIT_MS,
    );
  });
}
