import { withBareLines } from './bare.js';
import { load, type Line } from './load.js';
import { inParallel, type Measurement, type Row } from './measurement.js';
import { percentile } from './statistics.js';
import { SyntheticJob } from './synthetic-job.js';

const CHUNKS_PER_S = 20;
/** Not measured: code that has not run yet, and all jobs beginning in the same moment. */
const WARM_UP_S = 3;
/** Beyond this a player sees text stutter. */
const CEILING_P99_MS = 100;
const MAX_STEPS = 5;

/** (c) From a post of a runner to the socket of the player, with no model program running. */
export const callbacks: Measurement = {
  name: 'callbacks',
  title: 'Callback → WebSocket',
  pace: 'unpaced',
  async run(bench) {
    const [count, seconds] = bench.quick ? [20, 5] : [50, 20];
    const bareMs = await withBareLines(count, (lines) => warmLoad(lines, seconds));
    const jobs = await inParallel(count, 5, () => SyntheticJob.start(bench));
    const lines = jobs.map(({ sender, session: { player } }): Line => ({ sender, player }));
    const latenciesMs = await warmLoad(lines, seconds);
    const rows: Row[] = [50, 95, 99].map((p) => ({
      what: `post → frame p${p}`,
      value: percentile(latenciesMs, p),
      unit: 'ms',
      ...(p === 99 ? { target: { atMost: 10 } } : {}),
      note:
        `${count} jobs × ${CHUNKS_PER_S} chunks/s; a bare Express + ws server a moment ` +
        `before: ${percentile(bareMs, p).toFixed(1)} ms`,
    }));
    rows.push(
      {
        what: 'p99 over that of the bare server',
        value: percentile(latenciesMs, 99) / percentile(bareMs, 99),
        unit: '×',
        note: 'driver, listeners and all parts share the machine',
      },
      await ceiling(lines, bench.quick ? 2 : 5),
    );
    await inParallel(jobs.length, 5, (index) => jobs[index]!.end(bench));
    return rows;
  },
};

async function warmLoad(lines: readonly Line[], seconds: number): Promise<number[]> {
  await load(lines, CHUNKS_PER_S, WARM_UP_S);
  return load(lines, CHUNKS_PER_S, seconds);
}

/** Doubles the rate until frames come late. 0 = they did at the lowest one. */
async function ceiling(lines: readonly Line[], seconds: number): Promise<Row> {
  let best = 0;
  let note = 'the highest rate that was tried';
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const startedMs = performance.now();
    const latenciesMs = await load(lines, CHUNKS_PER_S * 2 ** step, seconds);
    const reached = latenciesMs.length / ((performance.now() - startedMs) / 1000);
    const p99 = percentile(latenciesMs, 99);
    if (p99 > CEILING_P99_MS) {
      note = `at ${Math.round(reached)} chunks/s p99 was ${Math.round(p99)} ms`;
      break;
    }
    best = reached;
  }
  return {
    what: `ceiling: chunks/s with p99 ≤ ${CEILING_P99_MS} ms`,
    value: best,
    unit: 'chunks/s',
    note,
  };
}
