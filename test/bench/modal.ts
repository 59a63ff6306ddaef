import { setTimeout as sleep } from 'node:timers/promises';
import { ModalClient } from 'modal';
import { MODAL_FUNCTION } from '../../src/contracts/execution/modal.js';
import type { Backend } from '../../src/contracts/execution/backends.js';
import { readStackFile } from '../../src/ops/stack-file.js';
import { withTemporalOf } from '../support/builds.js';
import { modalControlOf } from '../support/modal-emulator.js';
import { inParallel, type Bench, type Measurement, type Row } from './measurement.js';
import { REQUEST, openSession, tap } from './player.js';
import { median, percentile } from './statistics.js';
import { medianOf, namesOf, timelineOf, type Timeline } from './steps.js';
import { admin, must } from './synthetic-job.js';

const CHANGE = '敵を青にして';
/** 5 % of a generation of 30 s. */
const ADDED_AT_MOST_MS = 1_500;
const POLLS_AT_ONCE = 200;
const POLL_ROUNDS = 5;

/**
 * (i) What the way over Modal costs beside the local one, on the same stack and in turn; the
 * emulator's containers are processes here.
 */
export const modal: Measurement = {
  name: 'modal',
  title: 'The Modal path beside the local path, through the emulator',
  pace: 'modal',
  run: async (bench) => [...(await paths(bench)), ...(await crowd(bench)), ...(await polls(bench))],
};

async function use(bench: Bench, backend: Backend): Promise<void> {
  await must(
    admin(bench.stack)
      .from('backend_state')
      .upsert(
        { is_only_row: true, switch: backend, share_percent: 100, updated_by: 'bench' },
        { onConflict: 'is_only_row' },
      ),
  );
}

async function paths(bench: Bench): Promise<Row[]> {
  const [made, changed] = [
    { modal: [] as Timeline[], local: [] as Timeline[] },
    { modal: [] as Timeline[], local: [] as Timeline[] },
  ];
  await withTemporalOf(bench.stack, async (client) => {
    for (let run = bench.quick ? 2 : 7; run > 0; run -= 1) {
      for (const backend of ['local', 'modal'] as const) {
        await use(bench, backend);
        const session = await openSession(bench);
        made[backend].push(await timelineOf(client, session, REQUEST));
        changed[backend].push(await timelineOf(client, session, CHANGE));
        session.player.close();
      }
    }
  });
  return [...compared('a new game', made), ...compared('a small change', changed)];
}

function compared(
  what: string,
  { modal: over, local }: { modal: readonly Timeline[]; local: readonly Timeline[] },
): Row[] {
  const tookMs = (jobs: readonly Timeline[]) => median(jobs.map(({ completedMs }) => completedMs));
  return [
    {
      what: `${what}: added by the way over Modal, p50`,
      value: tookMs(over) - tookMs(local),
      unit: 'ms',
      target: { atMost: ADDED_AT_MOST_MS },
      note:
        `${tookMs(over).toFixed(0)} against ${tookMs(local).toFixed(0)} ms, with the start ` +
        `of the emulator's container; the target is 5 % of 30 s`,
    },
    ...namesOf(over).map((name): Row => ({
      what: `${what}: step ${name}, p50`,
      value: medianOf(over, name).tookMs,
      unit: 'ms',
      note: `locally ${medianOf(local, name).tookMs.toFixed(1)} ms`,
    })),
  ];
}

/** Everybody at once: Modal has a slot for each, this machine has not. */
async function crowd(bench: Bench): Promise<Row[]> {
  await use(bench, 'modal');
  const users = bench.quick ? 5 : 50;
  const sessions = await inParallel(users, 5, () => openSession(bench));
  const taps = await Promise.all(sessions.map(({ player }) => tap(player)));
  for (const { player } of sessions) player.close();
  const { calls } = await modalControlOf(bench.stack).state();
  return [50, 95].map((p) => ({
    what: `${users} generations at once: tap → completed p${p}`,
    value: percentile(
      taps.map(({ completedMs }) => completedMs),
      p,
    ),
    unit: 'ms',
    note:
      'all completed; ' +
      `${calls.filter(({ function: name }) => name === MODAL_FUNCTION.generate).length} ` +
      `calls of ${MODAL_FUNCTION.generate} in all; runners and model programs share this ` +
      'machine',
  }));
}

/**
 * As many polls in the same moment as there may be runs, on one client; the container of the call
 * that they ask for stands still.
 */
async function polls(bench: Bench): Promise<Row[]> {
  const provided = (await readStackFile(bench.stack.dataDir))?.provided ?? {};
  process.env['MODAL_SERVER_URL'] = provided['MODAL_SERVER_URL'];
  const client = new ModalClient({
    tokenId: provided['MODAL_TOKEN_ID'] ?? '',
    tokenSecret: provided['MODAL_TOKEN_SECRET'] ?? '',
  });
  const { player } = await openSession(bench);
  const ending = tap(player);
  const { callId, pid } = await runningCall(bench);
  process.kill(pid, 'SIGSTOP');
  const pollsMs: number[] = [];
  try {
    const call = await client.functionCalls.fromId(callId);
    for (let round = 0; round < POLL_ROUNDS; round += 1) {
      pollsMs.push(
        ...(await inParallel(POLLS_AT_ONCE, POLLS_AT_ONCE, async () => {
          const startedMs = performance.now();
          await call.get({ timeoutMs: 0 }).then(
            () => {
              throw new Error('the call has ended');
            },
            (error: Error) => {
              if (error.name !== 'TimeoutError') throw error;
            },
          );
          return performance.now() - startedMs;
        })),
      );
    }
  } finally {
    process.kill(pid, 'SIGCONT');
    client.close();
  }
  await ending;
  player.close();
  return [50, 99].map((p) => ({
    what: `${POLLS_AT_ONCE} polls at once on one client p${p}`,
    value: percentile(pollsMs, p),
    unit: 'ms',
    note: 'a worker spreads as many over two seconds',
  }));
}

/** The call of a generation that has begun, and the process that is its container. */
async function runningCall({ stack }: Bench): Promise<{ callId: string; pid: number }> {
  for (
    const deadlineMs = performance.now() + 30_000;
    performance.now() < deadlineMs;
    await sleep(20)
  ) {
    const { calls, containers } = await modalControlOf(stack).state();
    const call = calls.find(
      ({ function: name, isRunning }) => name === MODAL_FUNCTION.generate && isRunning,
    );
    const container = containers.find(
      ({ function: name, isBusy }) => name === MODAL_FUNCTION.generate && isBusy,
    );
    if (call && container) return { callId: call.id, pid: container.pid };
  }
  throw new Error('no generation began on Modal');
}
