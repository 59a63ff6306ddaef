import { setTimeout as sleep } from 'node:timers/promises';
import {
  startDemoServer,
  type DemoServer,
  type DemoServerOptions,
} from '../../dev/demo-model/server.js';
import { DESIGN_SYSTEM_PROMPT } from '../../src/domain/design/design-prompt.js';
import { JUDGE_SYSTEM_PROMPT } from '../../src/domain/playing/judge-prompt.js';
import { readingSystemPrompt } from '../../src/domain/chat/reading-prompt.js';
import { withTemporalOf } from '../support/builds.js';
import { startStack, type Stack } from '../support/stack.js';
import type { OwnMeasurement, Row } from './measurement.js';
import { openSession, REQUEST, type Frame } from './player.js';
import { median } from './statistics.js';
import { namesOf, timelineOf, type Timeline } from './steps.js';
import { admin, must } from './synthetic-job.js';

/** Seconds in which the scripted model writes a game; jobs of one pace after those of the other. */
const PACES = [60, 150];
/** The small model takes so long for each text that it is asked for. */
const SMALL_ANSWER_MS = 2_000;
/** Between the beginnings of two jobs, so that no play meets another. */
const APART_MS = 22_000;
/** Steps of ours that V2 had nothing like; intent, guide and images it had. */
const OWN_STEPS = ['designGame', 'playGame', 'judgeGame', 'addSprites', 'settleAttempt'];
/** A share of the time in which the model writes. */
const OWN_SHARE = { atMost: 20 };
const TASKS = {
  readMessage: readingSystemPrompt(true),
  designGame: DESIGN_SYSTEM_PROMPT,
  judgeGame: JUDGE_SYSTEM_PROMPT,
};
type Task = keyof typeof TASKS | 'runAgent';

interface Cost {
  input: number;
  output: number;
}
interface Job {
  readonly pace: number;
  readonly timeline: Timeline;
  /** From the tap to the first text, and to the first of the model that writes. */
  readonly firstMs: number;
  readonly modelMs: number;
  readonly usd: Readonly<Record<string, number>>;
}

/**
 * (c) What the steps around a run add to it: whole jobs with plays, judge and sprites, the model
 * at the pace of real ones.
 */
export const pipeline: OwnMeasurement = {
  name: 'pipeline',
  title: 'Steps of a first game, the model at the pace of 60 and of 150 s',
  pace: 'own',
  run: async ({ quick }) => {
    const costs = new Map<Task, Cost[]>();
    const demo = await startDemoServer({ answerMs: SMALL_ANSWER_MS, onAnswer: noting(costs) });
    const stack = await startStack({ env: envOf(demo) });
    try {
      const jobs: Job[] = [];
      for (const pace of PACES) jobs.push(...(await runJobs(stack, pace, quick ? 1 : 3)));
      return [...PACES.flatMap((pace) => rowsOf(pace, jobs)), ...costRows(costs, jobs)];
    } finally {
      await stack.stop();
      await demo.close();
    }
  },
};

const envOf = ({ url }: DemoServer): Record<string, string> => ({
  PLAY_GAMES: 'true',
  DRAW_SPRITES: 'true',
  LOG_LEVEL: 'warn',
  MAX_RUNNING_JOBS: '10',
  GEMINI_API_KEY: 'a-key-for-benches',
  GEMINI_BASE_URL: `${url}/gemini`,
  ANTHROPIC_API_KEY: 'a-key-for-benches',
  ANTHROPIC_BASE_URL: `${url}/fault/asked`,
});

/** Adds the tokens of each answer to those of its task; a run's are of all its turns together. */
function noting(costs: Map<Task, Cost[]>): NonNullable<DemoServerOptions['onAnswer']> {
  return ({ body }, tokens) => {
    const system = JSON.stringify(body.system ?? '');
    const [task] = Object.entries(TASKS).find(([, prompt]) =>
      system.includes(JSON.stringify(prompt.slice(0, 60)).slice(1, -1)),
    ) ?? ['runAgent'];
    costs.set(task as Task, [...(costs.get(task as Task) ?? []), tokens]);
  };
}

/** So many jobs of a pace, of different users, each begun a little after the one before. */
async function runJobs(stack: Stack, pace: number, count: number): Promise<Job[]> {
  const bench = { stack, quick: false };
  return withTemporalOf(stack, (client) =>
    Promise.all(
      Array.from({ length: count }, async (_, at) => {
        await sleep(at * APART_MS);
        const session = await openSession(bench);
        const { player } = session;
        const texts: Frame[] = [];
        player.onFrame = (frame) => {
          if (frame.type === 'stream') texts.push(frame);
        };
        const tappedMs = performance.now();
        const timeline = await timelineOf(client, session, `${REQUEST}。DEMO: slow-${pace}`);
        const started = player.frames.find(({ type }) => type === 'jobStarted');
        player.close();
        const whenSaid = (fits: (frame: Frame) => boolean): number =>
          (texts.find(fits)?.atMs ?? NaN) - tappedMs;
        return {
          ...{ pace, timeline, usd: await usdOf(stack, String(started?.['jobId'])) },
          firstMs: whenSaid(() => true),
          modelMs: whenSaid(({ attempt }) => attempt === 1),
        };
      }),
    ),
  );
}

/** What each step of a job was counted with. */
async function usdOf(stack: Stack, jobId: string): Promise<Job['usd']> {
  const rows = (await must(
    admin(stack).from('usage_events').select('kind,call_id,usd').eq('job_id', jobId),
  )) as { kind: string; call_id: string; usd: number }[];
  const sums: Record<string, number> = {};
  for (const { kind, call_id: callId, usd } of rows) {
    const what = kind === 'text' ? (callId.split('.')[1] ?? kind) : kind;
    sums[what] = (sums[what] ?? 0) + Number(usd);
  }
  return sums;
}

const tookMs = ({ steps }: Timeline, name: string): number =>
  steps
    .filter((step) => step.name === name)
    .reduce((sum, { fromMs, endMs }) => sum + endMs - fromMs, 0);

function rowsOf(pace: number, jobs: readonly Job[]): Row[] {
  const some = jobs.filter((job) => job.pace === pace);
  const timelines = some.map(({ timeline }) => timeline);
  const p50 = (value: (job: Job) => number): number => median(some.map(value));
  const runMs = p50(({ timeline }) => tookMs(timeline, 'runAgent'));
  const own = ({ timeline }: Job): number =>
    OWN_STEPS.reduce((sum, name) => sum + tookMs(timeline, name), 0);
  const designMs = p50(({ timeline }) => tookMs(timeline, 'designGame'));
  const firstMs = p50((job) => job.firstMs);
  const withoutMs = p50((job) => job.modelMs) - designMs;
  return [
    ...namesOf(timelines).map((name): Row => {
      const ms = p50(({ timeline }) => tookMs(timeline, name));
      return {
        what: `${pace} s: ${name}, p50`,
        value: ms / 1_000,
        unit: 's',
        note:
          `${((100 * ms) / runMs).toFixed(1)} % of the run` +
          (name === 'drawSprite' ? '; all sprites together, beside it' : ''),
      };
    }),
    {
      what: `${pace} s: steps that V2 had not, p50, of the run`,
      value: (100 * p50(own)) / runMs,
      unit: '%',
      target: OWN_SHARE,
      note: `${OWN_STEPS.join(', ')}; ${some.length} jobs`,
    },
    {
      what: `${pace} s: tap → completed, p50`,
      value: p50(({ timeline }) => timeline.completedMs) / 1_000,
      unit: 's',
    },
    {
      what: `${pace} s: tap → first text (the brief's sentence), p50`,
      value: firstMs / 1_000,
      unit: 's',
      target: { atMost: Number((withoutMs / 1_000).toFixed(3)) },
      note: 'the target: the first text of the model that writes, had it begun without a brief',
    },
  ];
}

/** Tokens as the scripted model counts them, per job; money as the product books it. */
function costRows(costs: ReadonlyMap<Task, readonly Cost[]>, jobs: readonly Job[]): Row[] {
  const perJob = (all: readonly Cost[], of: keyof Cost): number =>
    Math.round(all.reduce((sum, cost) => sum + cost[of], 0) / jobs.length);
  const tokens = [...costs].flatMap(([task, all]): Row[] => [
    { what: `${task}: tokens in, a job`, value: perJob(all, 'input'), unit: 'tokens' },
    { what: `${task}: tokens out, a job`, value: perJob(all, 'output'), unit: 'tokens' },
  ]);
  const kinds = [...new Set(jobs.flatMap(({ usd }) => Object.keys(usd)))];
  const money = kinds.map((kind): Row => ({
    what: `${kind}: booked, a job, p50`,
    value: median(jobs.map(({ usd }) => usd[kind] ?? 0)),
    unit: '$',
  }));
  return [...tokens, ...money];
}
