import type { Config } from '../../config.js';
import { AppError } from '../../contracts/base/errors.js';
import { isActive } from '../../contracts/rows/rows.js';
import { warned, type Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import { pollUntil } from './poll-until.js';
import { superseded } from '../runner-input/generate-input.js';
import { actionEnded } from './action-progress.js';

type Limits = Pick<Config, 'START_TIMEOUT_MS' | 'NO_PROGRESS_TIMEOUT_MS'>;

/** Polls of the row within the shortest limit, and the bounds of the interval between two. */
const POLLS_PER_LIMIT = 6;
const MIN_POLL_MS = 500;
const MAX_POLL_MS = 10_000;

export interface Seen {
  /** Start of the wait. */
  readonly sinceMs: number;
  /** When the last event was noticed; null = none yet. */
  readonly lastEventMs: number | null;
}

/** Why the work counts as stalled (F3), or null. Times are of this worker's monotonic clock. */
export function stalledBecause(
  { sinceMs, lastEventMs }: Seen,
  nowMs: number,
  { START_TIMEOUT_MS, NO_PROGRESS_TIMEOUT_MS }: Limits,
): string | null {
  if (lastEventMs === null)
    return nowMs - sinceMs > START_TIMEOUT_MS ? `no event within ${START_TIMEOUT_MS} ms` : null;
  return nowMs - lastEventMs > NO_PROGRESS_TIMEOUT_MS
    ? `no event for ${NO_PROGRESS_TIMEOUT_MS} ms`
    : null;
}

/** Interval between two polls of the row, from the shortest limit. */
export function pollIntervalMs({ START_TIMEOUT_MS, NO_PROGRESS_TIMEOUT_MS }: Limits): number {
  const shortest = Math.min(START_TIMEOUT_MS, NO_PROGRESS_TIMEOUT_MS) / POLLS_PER_LIMIT;
  return Math.min(Math.max(shortest, MIN_POLL_MS), MAX_POLL_MS);
}

/** The row of a job or action that records the events of its work. */
export interface WatchedRow {
  /** Id of the job or action, for the log. */
  readonly workId: string;
  /** Time of the row's last event, null = none; `ended` when the row is closed. */
  read(): Promise<{ lastEventAt: string | null } | 'ended'>;
  /** The error of work whose row is closed. */
  ended(): AppError;
}

export function rowOfJob(
  { jobs }: Pick<Store, 'jobs'>,
  { jobId, attempt }: { jobId: string; attempt: number },
): WatchedRow {
  return {
    workId: jobId,
    ended: () => superseded(attempt),
    async read() {
      const row = await jobs.get(jobId);
      if (row === null || row.attempt !== attempt || !isActive(row.status)) return 'ended';
      return { lastEventAt: row.last_event_at };
    },
  };
}

export function rowOfAction({ actions }: Pick<Store, 'actions'>, actionId: string): WatchedRow {
  return {
    workId: actionId,
    ended: actionEnded,
    async read() {
      const row = await actions.get(actionId);
      if (row !== null && !isActive(row.state)) return 'ended';
      return { lastEventAt: row?.last_event_at ?? null };
    },
  };
}

/**
 * A poll of the row, at most once per interval: rejects with `RunStalled` after too long without an
 * event, or with the row's `ended()`. A failed read changes nothing. Times are monotonic, so that a
 * changed system clock has no effect.
 */
export function stallDetector(row: WatchedRow, limits: Limits, log: Log): () => Promise<void> {
  let seen: Seen = { sinceMs: performance.now(), lastEventMs: null };
  let known: string | null | undefined;
  let nextPollMs = 0;
  return async () => {
    if (performance.now() < nextPollMs) return;
    nextPollMs = performance.now() + pollIntervalMs(limits);
    const found = await row
      .read()
      .catch(warned(log, { workId: row.workId }, 'the row of a run could not be read'));
    if (found === undefined) return;
    if (found === 'ended') throw row.ended();
    if (known !== undefined && found.lastEventAt !== known)
      seen = { ...seen, lastEventMs: performance.now() };
    known = found.lastEventAt;
    const reason = stalledBecause(seen, performance.now(), limits);
    if (reason !== null) throw new AppError('RunStalled', reason);
  };
}

/**
 * Runs work that does not poll, such as a child process: its signal aborts when the detector
 * rejects, and that error is then thrown.
 */
export async function withStallWatch<T>(
  detect: () => Promise<void>,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stalled = new AbortController();
  const done = new AbortController();
  void pollUntil(detect, MIN_POLL_MS, done.signal).catch((error: unknown) => stalled.abort(error));
  try {
    return await work(AbortSignal.any([signal, stalled.signal]));
  } catch (error) {
    throw stalled.signal.aborted && !signal.aborted ? stalled.signal.reason : error;
  } finally {
    done.abort();
  }
}
