import type { Config } from '../../config.js';
import { AppError } from '../../contracts/errors.js';
import type { Log } from '../../log.js';
import type { Store } from '../../store/index.js';
import { superseded } from '../runner-input/generate-input.js';

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
 * Why the run counts as stalled (F3); null = it does not. Times are this worker's own: its clock is
 * not the database's.
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

export interface StallWatchDeps {
  store: Pick<Store, 'jobs'>;
  config: Limits;
  log: Log;
  jobId: string;
  attempt: number;
}

/**
 * Between two polls: throws `RunStalled` when the row has heard nothing of the attempt for too
 * long, `RunSuperseded` when the attempt is not the job's any more. A row that cannot be read says
 * nothing.
 */
export function stallWatch({
  store,
  config,
  log,
  jobId,
  attempt,
}: StallWatchDeps): () => Promise<void> {
  let seen: Seen = { sinceMs: Date.now(), lastEventMs: null };
  let known: string | null | undefined;
  let nextLookMs = 0;
  return async () => {
    if (Date.now() < nextLookMs) return;
    nextLookMs = Date.now() + lookEveryMs(config);
    const row = await store.jobs.get(jobId).catch((error: unknown) => {
      log.warn({ err: error, jobId }, 'the row of a run could not be read');
      return undefined;
    });
    if (row === undefined) return;
    if (
      row === null ||
      row.attempt !== attempt ||
      (row.status !== 'pending' && row.status !== 'processing')
    ) {
      throw superseded(attempt);
    }
    if (known !== undefined && row.last_event_at !== known)
      seen = { ...seen, lastEventMs: Date.now() };
    known = row.last_event_at;
    const reason = stalledBecause(seen, Date.now(), config);
    if (reason !== null) throw new AppError('RunStalled', reason);
  };
}
