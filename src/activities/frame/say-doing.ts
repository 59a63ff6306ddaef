import { doingSentence } from '../../domain/doing-words.js';
import type { Store } from '../../store/index.js';
import type { LongActivity } from './long-activity.js';
import { lookUntil } from './look-until.js';

const LOOK_MS = 2_000;

/**
 * While a job's attempt is at work, its heartbeats say what its row says of it: whoever opens the
 * pending activity in Temporal reads it, and the history stays as it is.
 */
export async function sayingWhatItDoes<T>(
  { jobs }: { readonly jobs: Pick<Store['jobs'], 'get'> },
  { jobId, attempt }: { readonly jobId: string; readonly attempt: number },
  activity: Pick<LongActivity, 'say'>,
  work: () => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const look = async (): Promise<void> => {
    // A row that cannot be read, or is another attempt's by now, says nothing.
    const row = await jobs.get(jobId).catch(() => null);
    activity.say(row?.attempt === attempt ? doingSentence(row) : null);
  };
  void lookUntil(look, LOOK_MS, over.signal);
  try {
    return await work();
  } finally {
    over.abort();
  }
}
