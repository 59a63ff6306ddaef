import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { startStack, type Stack } from '../support/stack.js';
import type { Bench, OwnMeasurement, Row } from './measurement.js';
import { openSession, tap } from './player.js';
import { costOf } from './process-cost.js';
import { median, type Target } from './statistics.js';

/** Jobs that are begun at once, in turn. */
const CROWDS = [1, 4, 8, 16];
/** As many plays at once as this machine has cores; then more users than it can play for. */
const PLAYING_CROWDS = [availableParallelism(), 20];
/** Four games a minute on two cores, where users wait for each other. */
const A_GAME: Target = { atMost: 30 };
/** Between two looks at the memory of the worker and of the runners below it. */
const LOOK_MS = 2_000;

interface Crowd {
  readonly users: number;
  readonly completedMs: number;
  /** From the first tap to the last end. */
  readonly tookMs: number;
  /** Of the worker with its runners, model programs and browsers, a job. */
  readonly processorMs: number;
  readonly peakMb: number;
}

/**
 * (n) How many runs one worker of this machine carries at once, the model at the pace of a real
 * one; and how many games it plays.
 */
export const capacity: OwnMeasurement = {
  name: 'capacity',
  title: 'Runs at once on one worker, the model at 60 s; and plays',
  pace: 'own',
  run: async ({ quick }) => {
    const crowds: Crowd[] = [];
    await withWorker({ PLAY_GAMES: 'false', DEMO_SECONDS: quick ? '15' : '60' }, async (stack) => {
      for (const users of CROWDS) crowds.push(await crowd({ stack, quick }, users));
    });
    const playing: Crowd[] = [];
    await withWorker({ PLAY_GAMES: 'true', DEMO_SECONDS: '0' }, async (stack) => {
      for (const users of PLAYING_CROWDS.slice(0, quick ? 1 : undefined))
        playing.push(await crowd({ stack, quick }, users));
    });
    return [...crowds.flatMap((each) => rowsOf(each, crowds[0])), ...playing.flatMap(playRowsOf)];
  },
};

async function withWorker(
  env: Record<string, string>,
  use: (stack: Stack) => Promise<void>,
): Promise<void> {
  const most = Math.max(...CROWDS, ...PLAYING_CROWDS);
  const slots = { MAX_RUNNING_JOBS: String(most), MAX_QUEUED_JOBS: '100' };
  const stack = await startStack({
    env: { LOG_LEVEL: 'warn', ...slots, ...env },
    modalEmulator: false,
  });
  try {
    await use(stack);
  } finally {
    await stack.stop();
  }
}

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
  const beganMs = performance.now();
  const ended = Promise.all(sessions.map(({ player }) => tap(player)));
  const taps = await ended.finally(() => over.abort());
  const tookMs = performance.now() - beganMs;
  await looking;
  for (const { player } of sessions) player.close();
  const { cpuMs } = await costOf(worker);
  return {
    users,
    tookMs,
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

function playRowsOf({ users, tookMs, processorMs, peakMb }: Crowd): Row[] {
  const what = `${users} with plays, the model at 0 s`;
  const perGameMs = (tookMs * availableParallelism()) / users;
  return [
    {
      what: `${what}: time of a core, a game`,
      value: perGameMs / 1_000,
      unit: 's',
      ...(users > availableParallelism() ? { target: A_GAME } : {}),
    },
    { what: `${what}: processor, a job`, value: processorMs / 1_000, unit: 's' },
    { what: `${what}: memory beyond the idle worker, a job`, value: peakMb / users, unit: 'MB' },
  ];
}
