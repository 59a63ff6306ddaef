import { inParallel, type Bench, type Measurement, type Row } from './measurement.js';
import { openSession, tap } from './player.js';
import { percentile } from './statistics.js';

/** (a) From the tap to what the player sees, for one and for many at once. */
export const jobs: Measurement = {
  name: 'jobs',
  title: 'Tap to jobStarted, to the first text, to completed',
  pace: 'unpaced',
  async run(bench) {
    const crowds = bench.quick ? [1, 5] : [1, 10, 50];
    const rows: Row[] = [];
    for (const users of crowds) rows.push(...(await crowd(bench, users)));
    return rows;
  },
};

const PERCENTILES = [50, 95, 99];

async function crowd(bench: Bench, users: number): Promise<Row[]> {
  const sessions = await inParallel(users, 5, () => openSession(bench));
  const taps = await Promise.all(sessions.map(({ player }) => tap(player)));
  // A single user's percentiles need more than one try.
  for (let more = users === 1 ? (bench.quick ? 2 : 9) : 0; more > 0; more -= 1) {
    const { player } = await openSession(bench);
    taps.push(await tap(player));
    player.close();
  }
  for (const { player } of sessions) player.close();
  const note =
    users > 2
      ? 'includes waiting for a slot; the last one waited ' +
        `${Math.round(Math.max(...taps.map(({ textMs }) => textMs)) / 1000)} s for its text`
      : `${taps.length} jobs, one after the other`;
  const stages = [
    ['jobStarted', 'startedMs'],
    ['first stream', 'textMs'],
    ['completed', 'completedMs'],
  ] as const;
  return stages.flatMap(([stage, field]) =>
    PERCENTILES.map((p): Row => ({
      what: `${users} user${users > 1 ? 's' : ''}: tap → ${stage} p${p}`,
      value: percentile(
        taps.map((one) => one[field]),
        p,
      ),
      unit: 'ms',
      ...(p === 50 && stage !== 'jobStarted' ? { note } : {}),
    })),
  );
}
