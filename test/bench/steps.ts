import { Client, Connection } from '@temporalio/client';
import { projectWorkflowId } from '../../src/contracts/ids.js';
import type { Bench, Measurement, Row } from './measurement.js';
import { seat, tap } from './player.js';
import { median } from './statistics.js';

/** Where the time of one job goes, as its history tells it. */
export const steps: Measurement = {
  name: 'steps', title: 'A job step by step', pace: 'unpaced',
  async run(bench) {
    const connection = await Connection.connect({ address: bench.stack.env['TEMPORAL_ADDRESS'] ?? '' });
    try {
      const client = new Client({ connection });
      const runs: Timeline[] = [];
      for (let run = bench.quick ? 3 : 10; run > 0; run -= 1) runs.push(await timelineOf(bench, client));
      return rows(runs);
    } finally {
      await connection.close();
    }
  },
};

interface Step { readonly name: string; readonly fromMs: number; startedMs: number; endMs: number }
interface Timeline { readonly tookMs: number; readonly steps: readonly Step[]; readonly completedMs: number }

async function timelineOf(bench: Bench, client: Client): Promise<Timeline> {
  const { player, projectId } = await seat(bench);
  const { completedMs } = await tap(player);
  player.close();
  const { events = [] } = await client.workflow.getHandle(projectWorkflowId(projectId)).fetchHistory();
  const known = new Map<number, Step>();
  const at = (event: NonNullable<typeof events>[number]) => Number(event.eventTime?.seconds ?? 0) * 1_000 + Number(event.eventTime?.nanos ?? 0) / 1e6;
  const all = events ?? [];
  for (const event of all) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) known.set(Number(event.eventId), { name: scheduled.activityType?.name ?? '?', fromMs: at(event), startedMs: NaN, endMs: NaN });
    const begun = known.get(Number(event.activityTaskStartedEventAttributes?.scheduledEventId));
    if (begun) begun.startedMs = at(event);
    const ended = known.get(Number(event.activityTaskCompletedEventAttributes?.scheduledEventId));
    if (ended) ended.endMs = at(event);
  }
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) throw new Error('the job has no history');
  return { tookMs: at(last) - at(first), steps: [...known.values()].filter(({ endMs }) => !Number.isNaN(endMs)), completedMs };
}

function rows(runs: readonly Timeline[]): Row[] {
  const names = [...new Set(runs.flatMap(({ steps: some }) => some.map(({ name }) => name)))];
  const ofStep = (name: string, measure: (step: Step) => number) => median(runs.flatMap(({ steps: some }) => some.filter((step) => step.name === name).map(measure)));
  return [
    { what: 'tap → completed, p50', value: median(runs.map(({ completedMs }) => completedMs)), unit: 'ms', note: `${runs.length} jobs, one after the other` },
    { what: 'the workflow from start to end, p50', value: median(runs.map(({ tookMs }) => tookMs)), unit: 'ms' },
    ...names.map((name): Row => ({
      what: `step ${name}, p50`, value: ofStep(name, (step) => step.endMs - step.fromMs), unit: 'ms',
      note: `${ofStep(name, (step) => step.startedMs - step.fromMs).toFixed(1)} ms of it until a worker began`,
    })),
    { what: 'no step under way, p50', value: median(runs.map(idleMs)), unit: 'ms', note: 'workflow tasks: what is to be done next' },
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
