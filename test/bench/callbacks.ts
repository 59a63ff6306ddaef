import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel, type Measurement, type Row } from './measurement.js';
import { percentile } from './statistics.js';
import { SyntheticJob } from './synthetic-job.js';

const CHUNK = '<canvas id="game"></canvas> ';
const CHUNKS_PER_S = 20;
/** Beyond this a player sees text stutter. */
const CEILING_P99_MS = 100;
const MAX_STEPS = 5;

/** (c) From a post of a runner to the socket of the player, with no model program running. */
export const callbacks: Measurement = {
  name: 'callbacks', title: 'Callback → WebSocket', pace: 'unpaced',
  async run(bench) {
    const count = bench.quick ? 20 : 50;
    const jobs = await inParallel(count, 5, () => SyntheticJob.start(bench));
    const latenciesMs = await load(jobs, CHUNKS_PER_S, bench.quick ? 5 : 20);
    const rows: Row[] = [50, 95, 99].map((p) => ({
      what: `post → frame p${p}`, value: percentile(latenciesMs, p), unit: 'ms',
      ...(p === 99 ? { target: { atMost: 10 } } : { note: `${count} jobs × ${CHUNKS_PER_S} chunks/s; driver and listeners share the machine` }),
    }));
    rows.push(await ceiling(jobs, bench.quick ? 2 : 5));
    await inParallel(jobs.length, 5, (index) => jobs[index]!.end(bench));
    return rows;
  },
};

/** Doubles the rate until frames come late. 0 = they did at the lowest one. */
async function ceiling(jobs: readonly SyntheticJob[], seconds: number): Promise<Row> {
  let best = 0;
  let note = 'the highest rate that was tried';
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const startedMs = performance.now();
    const latenciesMs = await load(jobs, CHUNKS_PER_S * 2 ** step, seconds);
    const reached = latenciesMs.length / ((performance.now() - startedMs) / 1000);
    const p99 = percentile(latenciesMs, 99);
    if (p99 > CEILING_P99_MS) {
      note = `at ${Math.round(reached)} chunks/s p99 was ${Math.round(p99)} ms`;
      break;
    }
    best = reached;
  }
  return { what: `ceiling: chunks/s with p99 ≤ ${CEILING_P99_MS} ms`, value: best, unit: 'chunks/s', note };
}

/** Each job posts `rate` chunks a second, one post at a time as a runner does; answers how long each took to its socket, ms. */
async function load(jobs: readonly SyntheticJob[], rate: number, seconds: number): Promise<number[]> {
  const latenciesMs = await Promise.all(jobs.map((job, index) => loadOne(job, { rate, chunks: rate * seconds, delayMs: (index / jobs.length) * (1_000 / rate) })));
  return latenciesMs.flat();
}

async function loadOne(job: SyntheticJob, { rate, chunks, delayMs }: { rate: number; chunks: number; delayMs: number }): Promise<number[]> {
  const { player } = job.seat;
  const first = job.seq + 1;
  const latenciesMs: number[] = [];
  const dueMs: number[] = [];
  const allHeard = new Promise<void>((resolve) => {
    player.onFrame = ({ type, seq, atMs }) => {
      if (type !== 'stream') return;
      latenciesMs.push(atMs - (dueMs[Number(seq) - first] ?? NaN));
      if (Number(seq) === first + chunks - 1) resolve();
    };
  });
  const startMs = performance.now() + delayMs;
  for (let sent = 0; sent < chunks;) {
    await sleep(Math.max(0, startMs + (sent * 1_000) / rate - performance.now()));
    // A post that came back late carries what has fallen due meanwhile, as a runner's does.
    const due = Math.min(chunks, 256 + sent, Math.max(sent + 1, Math.floor(((performance.now() - startMs) * rate) / 1_000) + 1));
    for (let index = sent; index < due; index += 1) dueMs.push(index === sent ? performance.now() : startMs + (index * 1_000) / rate);
    const events = Array.from({ length: due - sent }, () => ({ type: 'stream' as const, content: CHUNK }));
    sent = due;
    await job.post(events);
  }
  await Promise.race([allHeard, sleep(20_000).then(() => { throw new Error('frames are missing'); })]);
  player.onFrame = null;
  player.frames = [];
  return latenciesMs;
}
