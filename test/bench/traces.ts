import { randomBytes } from 'node:crypto';
import { OtlpReceiver } from '../fakes/otlp-receiver.js';
import { startStack, type Stack } from '../support/stack.js';
import { load } from './load.js';
import { inParallel, type Bench } from './measurement.js';
import { openSession, tap } from './player.js';
import { median, percentile, readable } from './statistics.js';
import { SyntheticJob } from './synthetic-job.js';

/**
 * `node --import tsx test/bench/traces.ts [--runs=12]`: what traces cost. Two stacks, one with a
 * collector, take turns on the same machine, so that its moods meet both.
 */
const runs = Number(/--runs=(\d+)/.exec(process.argv.join(' '))?.[1] ?? 12);
const [JOBS_AT_ONCE, CHUNKS_PER_S, ROUND_S, WARM_UP_S] = [20, 20, 5, 3];

interface Side {
  readonly name: string;
  readonly bench: Bench;
  readonly jobMs: number[];
  readonly callbackMs: number[];
}

async function openSide(name: string, env: Record<string, string>): Promise<Side> {
  const stack: Stack = await startStack({
    env: { ...env, LOG_LEVEL: 'warn', MAX_QUEUED_JOBS: '100' },
    modalEmulator: false,
  });
  return { name, bench: { stack, quick: true }, jobMs: [], callbackMs: [] };
}

async function oneJob({ bench }: Side): Promise<number> {
  const { player } = await openSession(bench);
  const { completedMs } = await tap(player);
  player.close();
  return completedMs;
}

async function measureJobs(sides: readonly Side[]): Promise<void> {
  for (const side of sides) await oneJob(side);
  for (let run = 0; run < runs; run += 1)
    for (const side of inTurn(sides, run)) side.jobMs.push(await oneJob(side));
}

/** Posts name a span, as those of a runner do where its job is traced. */
async function measureCallbacks(sides: readonly Side[]): Promise<void> {
  const lines = await Promise.all(
    sides.map(({ bench }) =>
      inParallel(JOBS_AT_ONCE, 5, async () => {
        const { sender, session } = await SyntheticJob.start(bench);
        sender.traceparent = `00-${hex(16)}-${hex(8)}-01`;
        return { sender, player: session.player };
      }),
    ),
  );
  for (const each of lines) await load(each, CHUNKS_PER_S, WARM_UP_S);
  for (let run = 0; run < runs; run += 1)
    for (const side of inTurn(sides, run))
      side.callbackMs.push(...(await load(lines[sides.indexOf(side)]!, CHUNKS_PER_S, ROUND_S)));
}

/** Whoever goes second meets a warmer machine: that is each in turn. */
function inTurn(sides: readonly Side[], run: number): readonly Side[] {
  return run % 2 === 0 ? sides : sides.toReversed();
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

function report([off, on]: readonly [Side, Side]): void {
  const row = (what: string, of: (side: Side) => number): void => {
    const [without, withTraces] = [of(off), of(on)];
    const change = ((withTraces / without - 1) * 100).toFixed(1);
    process.stdout.write(
      `${what}: ${readable(without)} ms without, ${readable(withTraces)} ms with: ${change} %\n`,
    );
  };
  row(`tap → completed p50 (${runs} jobs each)`, ({ jobMs }) => median(jobMs));
  for (const p of [50, 99])
    row(`callback → frame p${p} (${off.callbackMs.length} chunks each)`, ({ callbackMs }) =>
      percentile(callbackMs, p),
    );
}

const receiver = await OtlpReceiver.start();
const off = await openSide('off', {});
const on = await openSide('on', { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
try {
  await measureJobs([off, on]);
  await measureCallbacks([off, on]);
  report([off, on]);
  process.stdout.write(`${receiver.spans.length} spans came\n`);
} finally {
  await Promise.all([off, on].map(({ bench }) => bench.stack.stop()));
  await receiver.stop();
}
