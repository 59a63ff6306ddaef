import { randomBytes } from 'node:crypto';
import { findFreePort } from '../../dev/stack/ports.js';
import { OtlpReceiver } from '../fakes/otlp-receiver.js';
import { startStack, type Stack } from '../support/stack.js';
import { load } from './load.js';
import { inParallel, type Bench } from './measurement.js';
import { openSession, tap } from './player.js';
import { costOf } from './process-cost.js';
import { median, percentile, readable } from './statistics.js';
import { SyntheticJob } from './synthetic-job.js';

/**
 * `node --import tsx test/bench/traces.ts [--jobs=30] [--rounds=12] [--only=metrics|traces]`: what
 * metrics and traces cost.
 * Two stacks, one with a collector and somebody who reads its metrics, take turns on the same
 * machine, so that its moods meet both.
 */
const numberOf = (name: string, otherwise: number): number =>
  Number(new RegExp(`--${name}=(\\d+)`).exec(process.argv.join(' '))?.[1] ?? otherwise);
const [jobs, rounds] = [numberOf('jobs', 30), numberOf('rounds', 12)];
const only = /--only=(metrics|traces)/.exec(process.argv.join(' '))?.[1];
/** Far from what the machine can take, or the times tell of queues alone. */
const [JOBS_AT_ONCE, CHUNKS_PER_S, ROUND_S, WARM_UP_S] = [6, 20, 5, 2];
/** Three times as often as Prometheus does by default. */
const READ_METRICS_MS = 5_000;

const PARTS = ['api', 'worker'] as const;

interface Side {
  readonly name: string;
  readonly bench: Bench;
  readonly jobMs: number[];
  readonly callbackMs: number[];
  /** Of the processor, while chunks were posted. */
  readonly usedMs: Record<(typeof PARTS)[number], number>;
}

async function openSide(name: string, env: Record<string, string>): Promise<Side> {
  const stack: Stack = await startStack({
    env: { ...env, LOG_LEVEL: 'warn', MAX_QUEUED_JOBS: '100' },
    modalEmulator: false,
  });
  return {
    name,
    bench: { stack, quick: true },
    jobMs: [],
    callbackMs: [],
    usedMs: { api: 0, worker: 0 },
  };
}

async function oneJob({ bench }: Side): Promise<number> {
  const { player } = await openSession(bench);
  const { completedMs } = await tap(player);
  player.close();
  return completedMs;
}

async function measureJobs(sides: readonly Side[]): Promise<void> {
  for (const side of sides) await oneJob(side);
  for (let run = 0; run < jobs; run += 1)
    for (const side of inTurn(sides, run)) side.jobMs.push(await oneJob(side));
}

async function measureCallbacks(sides: readonly Side[]): Promise<void> {
  for (let run = 0; run < rounds; run += 1)
    for (const side of inTurn(sides, run)) await oneRound(side);
}

/** Jobs of its own: the reconciler ends rows whose workflow is gone, and these never had one. */
async function oneRound(side: Side): Promise<void> {
  const { bench, callbackMs } = side;
  const jobs = await inParallel(JOBS_AT_ONCE, 5, () => SyntheticJob.start(bench));
  const lines = jobs.map(({ sender, session }) => {
    // As those of a runner do where its job is traced.
    sender.traceparent = `00-${hex(16)}-${hex(8)}-01`;
    return { sender, player: session.player };
  });
  await load(lines, CHUNKS_PER_S, WARM_UP_S);
  const before = await usedOf(side);
  callbackMs.push(...(await load(lines, CHUNKS_PER_S, ROUND_S)));
  const after = await usedOf(side);
  for (const part of PARTS) side.usedMs[part] += after[part] - before[part];
  await Promise.all(jobs.map((job) => job.end(bench)));
}

async function usedOf({ bench: { stack } }: Side): Promise<Side['usedMs']> {
  const [api, worker] = await Promise.all(
    PARTS.map(async (part) => (await costOf(await stack.pidOf(part))).cpuMs),
  );
  return { api: api ?? 0, worker: worker ?? 0 };
}

/** Whoever goes second meets a warmer machine: that is each in turn. */
function inTurn(sides: readonly Side[], run: number): readonly Side[] {
  return run % 2 === 0 ? sides : sides.toReversed();
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

async function metricsPorts(): Promise<Record<string, string>> {
  const taken = new Set<number>();
  const ports: Record<string, string> = {};
  for (const of of ['API', 'WORKER', 'TEMPORAL']) {
    const port = await findFreePort(taken);
    taken.add(port);
    ports[`${of}_METRICS_PORT`] = String(port);
  }
  return ports;
}

/** As Prometheus does; `stop` answers how many lines were read. */
function readAgainAndAgain(ports: readonly string[]): { stop(): number } {
  let lines = 0;
  const timer = setInterval(() => {
    for (const port of ports)
      void fetch(`http://127.0.0.1:${port}/metrics`)
        .then((response) => response.text())
        .then((text) => {
          lines += text.split('\n').length;
        })
        // One that is not up yet or any more; the lines that were read tell.
        .catch(() => undefined);
  }, READ_METRICS_MS).unref();
  return {
    stop() {
      clearInterval(timer);
      return lines;
    },
  };
}

function report([off, on]: readonly [Side, Side]): void {
  const row = (what: string, of: (side: Side) => number): void => {
    const [without, withBoth] = [of(off), of(on)];
    const change = ((withBoth / without - 1) * 100).toFixed(1);
    process.stdout.write(
      `${what}: ${readable(without)} ms without, ${readable(withBoth)} ms with: ${change} %\n`,
    );
  };
  row(`tap → completed p50 (${jobs} jobs each)`, ({ jobMs }) => median(jobMs));
  for (const p of [50, 99])
    row(`callback → frame p${p} (${off.callbackMs.length} chunks each)`, ({ callbackMs }) =>
      percentile(callbackMs, p),
    );
  for (const part of PARTS)
    row(
      `processor of ${part} per 1,000 chunks`,
      ({ usedMs, callbackMs }) => (usedMs[part] / callbackMs.length) * 1_000,
    );
}

const receiver = await OtlpReceiver.start();
const off = await openSide('off', {});
const metrics = await metricsPorts();
const on = await openSide('on', {
  ...(only === 'traces' ? {} : metrics),
  ...(only === 'metrics' ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }),
});
const reading = readAgainAndAgain(only === 'traces' ? [] : Object.values(metrics));
try {
  await measureJobs([off, on]);
  await measureCallbacks([off, on]);
  report([off, on]);
  const lines = reading.stop();
  process.stdout.write(`${receiver.spans.length} spans came, ${lines} lines of metrics\n`);
} finally {
  await Promise.all([off, on].map(({ bench }) => bench.stack.stop()));
  await receiver.stop();
}
