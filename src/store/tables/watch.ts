import { z } from 'zod';
import { ActionRow } from '../../contracts/rows/rows.js';
import { call, camel, Nothing, type Client } from './client.js';
import { StoredJob } from './jobs.js';

const OpenWork = z.object({ jobs: z.array(StoredJob), actions: z.array(ActionRow) });
const LastRun = z.object({ at: z.string(), ageMs: z.number() });

/** Table `watch_state` and what the watch checks (I2, B3); times are the database's. */
export function watchTable(client: Client) {
  return {
    /** True = `holder` has the lease for `leaseMs`, which it may prolong. */
    take: (holder: string, leaseMs: number): Promise<boolean> =>
      call(client, 'take_watch', { holder, leaseMs }, z.boolean()),

    /** Records the end of a round. */
    noteRun: (): Promise<void> => call(client, 'note_watch_run', {}, Nothing),

    /** The end of the last round, and its age; null before the first one. */
    lastRun: (): Promise<z.infer<typeof LastRun> | null> =>
      call(client, 'last_watch_run', {}, camel(LastRun.nullable())),

    /** Open jobs and actions that are older than `olderMs`, the oldest `limit` of each. */
    openWork: (olderMs: number, limit: number): Promise<z.infer<typeof OpenWork>> =>
      call(client, 'open_work', { olderMs, limit }, OpenWork),
  };
}
