import type { Look } from '../../../contracts/game/look.js';
import type { Message } from '../../../contracts/messages/message.js';
import type { Cursor, JobEvent } from '../../../contracts/durable/stream.js';
import { warned, type Log } from '../../../telemetry/log.js';
import type { Store } from '../../../store/index.js';
import type { StreamWriter } from '../../../stream/writer.js';

export interface ProgressDeps {
  readonly store: { readonly jobs: Pick<Store['jobs'], 'noteProgress'> };
  readonly stream: StreamWriter;
}

/** The progress of a job in percent, and its message. */
interface Progress {
  readonly progress: number;
  readonly message: Message;
  readonly look?: Look | undefined;
  /** Names an image of what is played just now. */
  readonly trial?: string;
}

/** Appends it to the job's stream alone, when its row has it already; `before` comes first. */
export function streamProgress(
  { stream }: Pick<ProgressDeps, 'stream'>,
  jobId: string,
  { attempt, seq }: Cursor,
  told: Progress,
  before: readonly JobEvent[] = [],
): Promise<void> {
  return stream.append(jobId, attempt, seq, [...before, { type: 'progress', ...told }]);
}

/**
 * Writes progress to a job's stream and row. Progress before the first attempt (0) is written
 * whichever attempt the row has.
 */
export async function tellProgress(
  deps: ProgressDeps,
  jobId: string,
  place: Cursor,
  told: Progress,
): Promise<void> {
  const attempt = place.attempt === 0 ? null : place.attempt;
  await Promise.all([
    streamProgress(deps, jobId, place, told),
    deps.store.jobs.noteProgress(jobId, attempt, told.progress, told.message),
  ]);
}

/** The same where nothing depends on it: a failure is logged. */
export async function announce(
  deps: ProgressDeps & { readonly log: Log },
  jobId: string,
  place: Cursor,
  told: Progress,
): Promise<void> {
  await tellProgress(deps, jobId, place, told).catch(
    warned(deps.log, { jobId }, 'progress was not written'),
  );
}
