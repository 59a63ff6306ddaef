import type { Config } from '../../config.js';
import { AppError } from '../../contracts/errors.js';
import { isActive } from '../../contracts/rows.js';
import type { Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import { lookUntil } from './look-until.js';
import { superseded } from '../runner-input/generate-input.js';
import { actionEnded } from '../runner-input/video-input.js';

type Limits = Pick<Config, 'START_TIMEOUT_MS' | 'NO_PROGRESS_TIMEOUT_MS'>;

/** The row is looked at so many times within a limit, and never more often or rarer than this. */
const LOOKS_PER_LIMIT = 6;
const SHORTEST_LOOK_MS = 500;
const LONGEST_LOOK_MS = 10_000;

export interface Seen {
  /** When the waiting began. */
  readonly sinceMs: number;
  /** When an event was last noticed; null = there was none yet. */
  readonly lastEventMs: number | null;
}

/**
 * Why the work counts as stalled (F3); null = it does not. Times are this worker's own: its clock
 * is not the database's.
 */
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

/**
 * Pause between two looks at the row, so that a limit is kept well and many calls do not ask all
 * the time.
 */
export function lookEveryMs({ START_TIMEOUT_MS, NO_PROGRESS_TIMEOUT_MS }: Limits): number {
  const shortest = Math.min(START_TIMEOUT_MS, NO_PROGRESS_TIMEOUT_MS) / LOOKS_PER_LIMIT;
  return Math.min(Math.max(shortest, SHORTEST_LOOK_MS), LONGEST_LOOK_MS);
}

/** The row that hears of the work, a job's or an action's. */
export interface WatchedRow {
  /** Id of the job or action, for the log. */
  readonly workId: string;
  /** When the row last heard an event, null = never; `ended` when nobody waits for the work. */
  read(): Promise<{ lastEventAt: string | null } | 'ended'>;
  /** What the work is then told. */
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
 * One look, at most as often as the limits need: throws `RunStalled` when the row has heard nothing
 * for too long, or that it has ended. A row that cannot be read says nothing. Times are monotonic:
 * a clock that is set changes none of them.
 */
export function silenceWatch(row: WatchedRow, limits: Limits, log: Log): () => Promise<void> {
  let seen: Seen = { sinceMs: performance.now(), lastEventMs: null };
  let known: string | null | undefined;
  let nextLookMs = 0;
  return async () => {
    if (performance.now() < nextLookMs) return;
    nextLookMs = performance.now() + lookEveryMs(limits);
    const told = await row.read().catch((error: unknown) => {
      log.warn({ err: error, workId: row.workId }, 'the row of a run could not be read');
      return undefined;
    });
    if (told === undefined) return;
    if (told === 'ended') throw row.ended();
    if (known !== undefined && told.lastEventAt !== known)
      seen = { ...seen, lastEventMs: performance.now() };
    known = told.lastEventAt;
    const reason = stalledBecause(seen, performance.now(), limits);
    if (reason !== null) throw new AppError('RunStalled', reason);
  };
}

/**
 * Work that is not polled, such as a child process: its signal aborts as soon as the watch throws,
 * and then that is what is thrown.
 */
export async function whileHeard<T>(
  watch: () => Promise<void>,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const silence = new AbortController();
  const over = new AbortController();
  void lookUntil(watch, SHORTEST_LOOK_MS, over.signal).catch((error: unknown) =>
    silence.abort(error),
  );
  try {
    return await work(AbortSignal.any([signal, silence.signal]));
  } catch (error) {
    throw silence.signal.aborted && !signal.aborted ? silence.signal.reason : error;
  } finally {
    over.abort();
  }
}
