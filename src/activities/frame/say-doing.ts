import { doingSentence } from '../../domain/chat/doing-words.js';
import type { Store } from '../../store/index.js';
import type { LongActivity } from './long-activity.js';
import { pollUntil } from './poll-until.js';

/** A reader of the pending activity sees what is at most this old. */
const POLL_MS = 5_000;

/**
 * While an attempt runs, its heartbeats carry its present activity from the job's row, shown by
 * Temporal's pending activity; the history does not grow.
 */
export async function sayingWhatItDoes<T>(
  { jobs }: { readonly jobs: Pick<Store['jobs'], 'get'> },
  { jobId, attempt }: { readonly jobId: string; readonly attempt: number },
  activity: Pick<LongActivity, 'say'>,
  work: () => Promise<T>,
  pollMs = POLL_MS,
): Promise<T> {
  const over = new AbortController();
  const poll = async (): Promise<void> => {
    // A failed read, or a row of another attempt, counts as unknown.
    const row = await jobs.get(jobId).catch(() => null);
    activity.say(row?.attempt === attempt ? doingSentence(row) : null);
  };
  void pollUntil(poll, pollMs, over.signal);
  try {
    return await work();
  } finally {
    over.abort();
  }
}
