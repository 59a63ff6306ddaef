import { setTimeout as sleep } from 'node:timers/promises';
import { startStack } from '../support/stack.js';
import type { Bench, OwnMeasurement, Row } from './measurement.js';
import { openSession, tap } from './player.js';
import { costOf } from './process-cost.js';
import { median } from './statistics.js';

/** Jobs that are begun at once, in turn. */
const CROWDS = [1, 2, 4, 8];
/** Between two looks at the memory of the worker and of the runners below it. */
const LOOK_MS = 2_000;

interface Crowd {
  readonly users: number;
  readonly completedMs: number;
  /** Of the worker with its runners, model programs and browsers, a job. */
  readonly processorMs: number;
  readonly peakMb: number;
}

/**
 * (n) How many runs one worker of this machine carries at once: whole jobs with plays, the model
 * at the pace of a real one.
 */
export const capacity: OwnMeasurement = {
  name: 'capacity',
  title: 'Runs at once on one worker, the model at 60 s',
  pace: 'own',
  run: async ({ quick }) => {
    const env = { PLAY_GAMES: 'true', LOG_LEVEL: 'warn', MAX_QUEUED_JOBS: '100' };
    const pace = { DEMO_SECONDS: quick ? '15' : '60', MAX_RUNNING_JOBS: String(CROWDS.at(-1)) };
    const stack = await startStack({ env: { ...env, ...pace }, modalEmulator: false });
    try {
      const crowds: Crowd[] = [];
      for (const users of CROWDS) crowds.push(await crowd({ stack, quick }, users));
      return crowds.flatMap((each) => rowsOf(each, crowds[0]));
    } finally {
      await stack.stop();
    }
  },
};

async function crowd(bench: Bench, users: number): Promise<Crowd> {
  const worker = await bench.stack.pidOf('worker');
  const sessions = await Promise.all(Array.from({ length: users }, () => openSession(bench)));
  const before = await costOf(worker);
  const over = new AbortController();
  let peakMb = 0;
  const looking = (async () => {
    while (!over.signal.aborted) {
      peakMb = Math.max(peakMb, (await costOf(worker)).memoryMb);
      await sleep(LOOK_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  const taps = await Promise.all(sessions.map(({ player }) => tap(player)));
  over.abort();
  await looking;
  for (const { player } of sessions) player.close();
  const { cpuMs } = await costOf(worker);
  return {
    users,
    completedMs: median(taps.map(({ completedMs }) => completedMs)),
    processorMs: (cpuMs - before.cpuMs) / users,
    peakMb: peakMb - before.memoryMb,
  };
}

function rowsOf({ users, completedMs, processorMs, peakMb }: Crowd, alone?: Crowd): Row[] {
  const what = `${users} at once`;
  return [
    { what: `${what}: tap → completed, p50`, value: completedMs / 1_000, unit: 's' },
    { what: `${what}: of one alone`, value: completedMs / (alone?.completedMs ?? NaN), unit: '×' },
    { what: `${what}: processor, a job`, value: processorMs / 1_000, unit: 's' },
    { what: `${what}: memory beyond the idle worker, a job`, value: peakMb / users, unit: 'MB' },
  ];
}
