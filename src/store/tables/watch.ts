import { z } from 'zod';
import type { ActionRow, JobRow } from '../../contracts/rows.js';
import { StoredAction } from './actions.js';
import { ask, run, type Client } from './client.js';
import { StoredJob } from './jobs.js';

const OpenWork = z.object({ jobs: z.array(StoredJob), actions: z.array(StoredAction) });
const LastRun = z.object({ at: z.string(), age_ms: z.number() });

export type WatchTable = ReturnType<typeof watchTable>;

/** Table `watch_state` and what the watch looks at (I2, B3); times are the database's. */
export function watchTable(client: Client) {
  return {
    /** True = `holder` may look now, and nobody else for `leaseMs`; the holder may prolong it. */
    take: (holder: string, leaseMs: number): Promise<boolean> =>
      ask(
        'take the watch',
        client.rpc('take_watch', { p_holder: holder, p_lease_ms: leaseMs }),
        z.boolean(),
      ),

    /** A round came to its end. */
    noteRun: (): Promise<void> => run('note a round of the watch', client.rpc('note_watch_run')),

    /** When a round last came to its end, and how long ago; null before the first one. */
    async lastRun(): Promise<{ at: string; ageMs: number } | null> {
      const last = await ask('read the watch', client.rpc('last_watch_run'), LastRun.nullable());
      return last && { at: last.at, ageMs: last.age_ms };
    },

    /** Open jobs and actions that are older than `olderThanMs`, the oldest `limit` of each. */
    openWork: (
      olderThanMs: number,
      limit: number,
    ): Promise<{ jobs: JobRow[]; actions: ActionRow[] }> =>
      ask(
        'list the open work',
        client.rpc('open_work', { p_older_ms: olderThanMs, p_limit: limit }),
        OpenWork,
      ),
  };
}
