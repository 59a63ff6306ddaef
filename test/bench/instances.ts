import type { ApiProcess } from '../contract/http/api-process.js';
import { runsFor, thisMachine } from '../../src/process/machine.js';
import { startSecondApi } from '../support/second-api.js';
import type { Stack } from '../support/stack.js';
import { load, type Line } from './load.js';
import { inParallel, type Bench, type Measurement, type Row } from './measurement.js';
import { Player } from './player.js';
import { percentile } from './statistics.js';
import { SyntheticJob } from './synthetic-job.js';

const CHUNKS_PER_S = 20;
const WARM_UP_S = 3;
const MOST_INSTANCES = 3;
const PERCENTS = [50, 95, 99] as const;

interface Heard {
  /** At the instance that a runner posts to (Q2), ms. */
  readonly own: readonly number[];
  /** At each other instance, by the durable stream. */
  readonly others: readonly number[];
}

/** (p) Text of jobs to their sender's socket and to sockets at other instances, by their number. */
export const instances: Measurement = {
  name: 'instances',
  title: 'Callback → WebSocket with several instances of the API',
  pace: 'unpaced',
  async run(bench) {
    const more: ApiProcess[] = [];
    const rows: Row[] = [];
    let alone: Heard | undefined;
    try {
      for (let count = 1; count <= MOST_INSTANCES; count += 1) {
        if (count > 1) more.push(await startSecondApi(await bench.stack.pidOf('api'), QUIET));
        const stacks = [bench.stack, ...more.map(({ baseUrl }) => ({ ...bench.stack, baseUrl }))];
        const heard = await hearing(bench, stacks);
        alone ??= heard;
        rows.push(...rowsOf(heard, alone, count));
      }
    } finally {
      for (const api of more) await api.stop();
    }
    return rows;
  },
};

const QUIET = { LOG_LEVEL: 'info' };

/** As many jobs as the machine runs at once, each at one instance, a socket at each other one. */
async function hearing({ quick }: Bench, stacks: readonly Stack[]): Promise<Heard> {
  const [count, seconds] = quick ? [6, 5] : [runsFor(thisMachine()), 20];
  const benches = stacks.map((stack): Bench => ({ stack, quick }));
  const jobs = await inParallel(count, 4, (index) =>
    SyntheticJob.start(benches[index % benches.length]!),
  );
  const watchers = await inParallel(count, 4, async (index) => {
    const elsewhere = stacks.filter((_, at) => at !== index % stacks.length);
    return Promise.all(elsewhere.map(({ baseUrl }) => watcherOf(jobs[index]!, baseUrl)));
  });
  const lines = jobs.map(({ sender, session: { player } }, index): Line => ({
    sender,
    player,
    others: watchers[index]!,
  }));
  await load(lines, CHUNKS_PER_S, WARM_UP_S);
  const others: number[] = [];
  const own = await load(lines, CHUNKS_PER_S, seconds, others);
  for (const watcher of watchers.flat()) watcher.close();
  await inParallel(count, 4, (index) => jobs[index]!.end(benches[index % benches.length]!));
  return { own, others };
}

/** Another socket of the job's user, on its project. */
async function watcherOf({ session }: SyntheticJob, baseUrl: string): Promise<Player> {
  const { user, projectId } = session;
  const player = await Player.connect(baseUrl, user.accessToken);
  await player.ask({ type: 'selectProject', projectId }, 'projectSelected');
  return player;
}

function rowsOf({ own, others }: Heard, alone: Heard, count: number): Row[] {
  const instances = count === 1 ? 'one instance' : `${count} instances`;
  const valuesAt = (valuesMs: readonly number[]) =>
    PERCENTS.map((p) => `p${p} ${percentile(valuesMs, p).toFixed(1)} ms`).join(', ');
  const rows: Row[] = [
    {
      what: `${instances}: post → the sender's socket, p99`,
      value: percentile(own, 99),
      unit: 'ms',
      note: `${valuesAt(own)} of ${own.length}`,
    },
  ];
  if (count === 1) return rows;
  for (const p of PERCENTS)
    rows.push({
      what: `${instances}: p${p} over that of one`,
      value: percentile(own, p) / percentile(alone.own, p),
      unit: '×',
      target: { atMost: 2 },
    });
  rows.push({
    what: `${instances}: post → sockets at other instances, p95`,
    value: percentile(others, 95),
    unit: 'ms',
    target: { atMost: 1_200 },
    note: `${valuesAt(others)} of ${others.length}`,
  });
  return rows;
}
