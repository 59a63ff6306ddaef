import type { Client } from '@temporalio/client';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import { withTemporalOf } from '../support/builds.js';
import type { Measurement, Row } from './measurement.js';
import { REQUEST, openSession, tap, type Session } from './player.js';
import { median } from './statistics.js';

/** Where the time of one job goes, as its history tells it. */
export const steps: Measurement = {
  name: 'steps',
  title: 'A job step by step',
  pace: 'unpaced',
  run: (bench) =>
    withTemporalOf(bench.stack, async (client) => {
      const jobs: Timeline[] = [];
      for (let run = bench.quick ? 3 : 10; run > 0; run -= 1) {
        const session = await openSession(bench);
        jobs.push(await timelineOf(client, session, REQUEST));
        session.player.close();
      }
      return rows(jobs);
    }),
};

interface Step {
  readonly name: string;
  readonly fromMs: number;
  startedMs: number;
  endMs: number;
}
export interface Timeline {
  readonly tookMs: number;
  readonly steps: readonly Step[];
  readonly completedMs: number;
}

/** Runs one job and reads its history. */
export async function timelineOf(
  client: Client,
  { player, projectId }: Session,
  content: string,
): Promise<Timeline> {
  const { completedMs } = await tap(player, content);
  const { events = [] } = await client.workflow
    .getHandle(projectWorkflowId(projectId))
    .fetchHistory();
  const known = new Map<number, Step>();
  const at = (event: NonNullable<typeof events>[number]) =>
    Number(event.eventTime?.seconds ?? 0) * 1_000 + Number(event.eventTime?.nanos ?? 0) / 1e6;
  const all = events ?? [];
  for (const event of all) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled)
      known.set(Number(event.eventId), {
        name: scheduled.activityType?.name ?? '?',
        fromMs: at(event),
        startedMs: NaN,
        endMs: NaN,
      });
    const begun = known.get(Number(event.activityTaskStartedEventAttributes?.scheduledEventId));
    if (begun) begun.startedMs = at(event);
    const ended = known.get(Number(event.activityTaskCompletedEventAttributes?.scheduledEventId));
    if (ended) ended.endMs = at(event);
  }
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) throw new Error('the job has no history');
  return {
    tookMs: at(last) - at(first),
    steps: [...known.values()].filter(({ endMs }) => !Number.isNaN(endMs)),
    completedMs,
  };
}

/** The steps of these jobs, in the order of their first appearance. */
export const namesOf = (jobs: readonly Timeline[]): string[] => [
  ...new Set(jobs.flatMap(({ steps: some }) => some.map(({ name }) => name))),
];

/** The median of a step's time over these jobs, ms: until its end, and until a worker began it. */
export function medianOf(
  jobs: readonly Timeline[],
  name: string,
): { tookMs: number; waitedMs: number } {
  const some = jobs.flatMap((job) => job.steps.filter((step) => step.name === name));
  return {
    tookMs: median(some.map(({ fromMs, endMs }) => endMs - fromMs)),
    waitedMs: median(some.map(({ fromMs, startedMs }) => startedMs - fromMs)),
  };
}

function rows(jobs: readonly Timeline[]): Row[] {
  return [
    {
      what: 'tap → completed, p50',
      value: median(jobs.map(({ completedMs }) => completedMs)),
      unit: 'ms',
      note: `${jobs.length} jobs, one after the other`,
    },
    {
      what: 'the workflow from start to end, p50',
      value: median(jobs.map(({ tookMs }) => tookMs)),
      unit: 'ms',
    },
    ...namesOf(jobs).map((name): Row => {
      const { tookMs, waitedMs } = medianOf(jobs, name);
      return {
        what: `step ${name}, p50`,
        value: tookMs,
        unit: 'ms',
        note: `${waitedMs.toFixed(1)} ms of it until a worker began`,
      };
    }),
    {
      what: 'no step under way, p50',
      value: median(jobs.map(idleMs)),
      unit: 'ms',
      note: 'workflow tasks: what is to be done next',
    },
  ];
}

/** The time in which no step was under way. */
function idleMs({ tookMs, steps: some }: Timeline): number {
  let [busyMs, coveredMs] = [0, -Infinity];
  for (const { fromMs, endMs } of [...some].sort((a, b) => a.fromMs - b.fromMs)) {
    busyMs += Math.max(0, endMs - Math.max(fromMs, coveredMs));
    coveredMs = Math.max(coveredMs, endMs);
  }
  return tookMs - busyMs;
}
