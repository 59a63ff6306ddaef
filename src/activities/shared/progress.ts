import type { Cursor } from '../../contracts/stream.js';
import type { Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import type { StreamWriter } from '../../stream/writer.js';

export interface ProgressDeps {
  readonly store: { readonly jobs: Pick<Store['jobs'], 'noteProgress'> };
  readonly stream: StreamWriter;
}

/**
 * Tells how far a job is, in its stream and in its row. What is told before the first attempt (0)
 * counts whichever attempt the row has.
 */
export async function tellProgress(
  { store, stream }: ProgressDeps,
  jobId: string,
  { attempt, seq }: Cursor,
  { progress, message }: { progress: number; message: string },
): Promise<void> {
  await Promise.all([
    stream.append(jobId, attempt, seq, [{ type: 'progress', progress, message }]),
    store.jobs.noteProgress(jobId, attempt === 0 ? null : attempt, progress, message),
  ]);
}

/** The same, where nothing depends on it: whoever cannot be told now is not. */
export async function announce(
  deps: ProgressDeps & { readonly log: Log },
  jobId: string,
  place: Cursor,
  progress: { progress: number; message: string },
): Promise<void> {
  await tellProgress(deps, jobId, place, progress).catch((error: unknown) =>
    deps.log.warn({ err: error, jobId }, `nobody was told: ${progress.message}`),
  );
}
