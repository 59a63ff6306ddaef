import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { schemaProblem } from '../../contracts/base/schema-range.js';
import { readDeployment, writeNotes } from '../../temporal/versions.js';
import { hasGrpcCode } from '../../temporal/grpc-codes.js';
import { ensureSchedules } from '../schedules.js';
import { CurrentKeeper } from './become-current.js';
import { endBrokenRuns } from './broken-runs.js';
import { reportForgottenRoll } from './forgotten-roll.js';
import { closeOrphanedRows } from './orphaned-rows.js';
import { moveStrandedRuns, type Absences } from './stranded-runs.js';
import type { WatchDeps } from './watch-deps.js';
import { reportUnpolledQueues } from './unpolled-queues.js';

/** Of one step of a round. */
const STEP_TIMEOUT_MS = 30_000;
/** Margin of the lease beyond the pause between two rounds. */
const LEASE_MARGIN_MS = 15_000;
/** Time without a finished round that raises `watchSilent`. */
const SILENT_MS = 180_000;
/** The holder of the lease looks so often whose turn it is in the queues (Q3). */
const QUEUE_MS = 3_000;
/** A worker looks so often whether its build has become the current one. */
const CURRENT_POLL_MS = 1_000;

/**
 * Closes what workflows cannot close themselves: their code is broken, they are gone, or their
 * build has no workers (I2, B3). It is no workflow, so broken workflow code cannot stop it. Every
 * worker process runs it; one at a time works, under a lease.
 */
export function startWatch(deps: WatchDeps): { stop(): void } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const lease = { isHeld: false };
  void keepWatching(deps, lease, signal);
  void keepAdmitting(deps, lease, signal);
  void announceBuild(deps, signal);
  return { stop: () => stopping.abort() };
}

/** Whether this process held it at its last round. */
interface Lease {
  isHeld: boolean;
}

async function keepWatching(deps: WatchDeps, lease: Lease, signal: AbortSignal): Promise<void> {
  const { config, store, alerts, log } = deps;
  const holder = `${deps.build.buildId}/${randomUUID()}`;
  const intervalMs = config.WATCH_INTERVAL_MS;
  const absences: Absences = new Map();
  while (!signal.aborted) {
    try {
      lease.isHeld = await store.watch.take(holder, intervalMs + LEASE_MARGIN_MS);
      if (lease.isHeld) {
        await lookOnce(deps, absences);
        await store.watch.noteRun();
        await alerts.clear({ kind: 'watchSilent', key: 'watch' });
      }
    } catch (error) {
      log.warn({ err: error }, 'a round of the watch failed; the next one tries again');
    }
    await reportSilence(deps).catch(() => undefined);
    await pause(intervalMs, signal);
  }
}

/** What an end has left in the queues: its worker was killed, or another writer was there. */
async function keepAdmitting(deps: WatchDeps, lease: Lease, signal: AbortSignal): Promise<void> {
  const { client, log } = deps;
  while (!signal.aborted) {
    await pause(QUEUE_MS, signal);
    if (!lease.isHeld || signal.aborted) continue;
    await client
      .withDeadline(Date.now() + STEP_TIMEOUT_MS, deps.admitNext)
      .catch((error: unknown) => log.warn({ err: error }, 'the queues could not be looked at'));
  }
}

/** One round: each step by itself, so that one that fails does not keep the others from it. */
async function lookOnce(deps: WatchDeps, absences: Absences): Promise<void> {
  const { client, log } = deps;
  const problems: unknown[] = [];
  for (const step of [
    () => moveStrandedRuns(deps, absences),
    () => endBrokenRuns(deps),
    () => closeOrphanedRows(deps),
    () => reportUnpolledQueues(deps, absences),
    () => reportForgottenRoll(deps),
    () => reportSchema(deps),
  ]) {
    try {
      await client.withDeadline(Date.now() + STEP_TIMEOUT_MS, step);
    } catch (error) {
      log.warn({ err: error }, 'a step of the watch failed');
      problems.push(error);
    }
  }
  if (problems.length > 0) throw problems[0];
}

/** A database that lacks what messages need fails each of them (O5). */
async function reportSchema({ store, range, alerts }: WatchDeps): Promise<void> {
  const problem = schemaProblem(range.schema, await store.schema.read());
  if (problem === null) return alerts.clear({ kind: 'schemaWrong', key: 'schema' });
  await alerts.raise({ kind: 'schemaWrong', key: 'schema', message: problem, details: {} });
}

async function reportSilence({ store, alerts }: WatchDeps): Promise<void> {
  const last = await store.watch.lastRun();
  if (last === null || last.ageMs < SILENT_MS) return;
  await alerts.raise({
    kind: 'watchSilent',
    key: 'watch',
    message: 'no round of the watch came to its end for 3 minutes: broken runs are not ended',
    details: { lastRunAt: last.at },
  });
}

/**
 * Keeps commit, queues and range of the build with it on the server, and watches whether it should
 * become current until it is. Schedules are those of the current build: a worker of an older one
 * leaves them alone.
 */
async function announceBuild(
  { client, config, build, range, log }: WatchDeps,
  signal: AbortSignal,
): Promise<void> {
  let isNoted = false;
  const keeper = new CurrentKeeper({ client, config, build, log });
  while (!signal.aborted) {
    try {
      if (!isNoted) await writeNotes(client, build, range);
      isNoted = true;
      const deployment = await readDeployment(client);
      if (deployment?.current === build.buildId) return await ensureSchedules(client, config);
      await keeper.decide(deployment);
    } catch (error) {
      // A server learns of a build from its first poll.
      if (hasGrpcCode(error, 'notFound'))
        log.info({ build: build.buildId }, 'the server does not know the build yet');
      else log.warn({ err: error }, 'the build could not be announced; it is tried again');
    }
    await pause(CURRENT_POLL_MS, signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
