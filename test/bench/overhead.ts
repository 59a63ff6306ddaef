import { runCliAlone } from './cli-alone.js';
import { readStackFile } from '../../src/ops/stack-file.js';
import { pacedSeconds, type Bench, type Measurement, type Row } from './measurement.js';
import { openSession, tap } from './player.js';
import { median } from './statistics.js';

/**
 * (b) What we add to the model program: a whole job against the same program alone, in turn on the
 * same machine.
 */
export const overhead: Measurement = {
  name: 'overhead',
  title: 'A job against the same model program alone, unpaced',
  pace: 'unpaced',
  run: async (bench) => {
    const { aloneMs, jobMs, runs } = await compare(bench, bench.quick ? 3 : 7);
    return [
      ...both(aloneMs, jobMs, runs),
      { what: 'added by us, p50', value: jobMs - aloneMs, unit: 'ms', target: { atMost: 1_000 } },
    ];
  },
};

export const pacedOverhead: Measurement = {
  name: 'paced-overhead',
  title: 'A job against the same model program alone, at the pace of a generation',
  pace: 'paced',
  run: async (bench) => {
    const { aloneMs, jobMs, runs } = await compare(bench, bench.quick ? 2 : 5);
    // The target is of a generation of 30 s; a shorter one has the same cost and a larger share.
    const target = bench.quick ? {} : { target: { atMost: 5 } };
    return [
      ...both(aloneMs, jobMs, runs),
      {
        what: 'added by us, p50',
        value: (jobMs / aloneMs - 1) * 100,
        unit: '%',
        ...target,
        note: `a game is written in ${pacedSeconds(bench.quick)} s`,
      },
    ];
  },
};

const both = (aloneMs: number, jobMs: number, runs: number): Row[] => [
  {
    what: 'the model program alone, p50',
    value: aloneMs,
    unit: 'ms',
    note: `${runs} runs of each, in turn`,
  },
  { what: 'tap → completed, p50', value: jobMs, unit: 'ms' },
];

async function compare(
  bench: Bench,
  runs: number,
): Promise<{ aloneMs: number; jobMs: number; runs: number }> {
  const demo = (await readStackFile(bench.stack.dataDir))?.provided['ANTHROPIC_BASE_URL'];
  if (demo === undefined) throw new Error('the stack does not run the demo model');
  const [alone, job]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    alone.push(await runCliAlone(demo));
    const { player } = await openSession(bench);
    job.push((await tap(player)).completedMs);
    player.close();
  }
  return { aloneMs: median(alone), jobMs: median(job), runs };
}
