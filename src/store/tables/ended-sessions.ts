import { z } from 'zod';
import { ask, type Client } from './client.js';

export type EndedSessionRows = ReturnType<typeof endedSessionsTable>;

/** Table `dreamcore.ended_sessions`: sessions of Supabase Auth that are over. */
export function endedSessionsTable(client: Client) {
  return {
    /** Ids of those that ended within the last `withinS` seconds; null = all that are kept. */
    ids: (withinS: number | null): Promise<string[]> =>
      ask(
        'read which sessions ended',
        client.rpc('ended_sessions', { p_within_s: withinS }),
        z.array(z.string()),
      ),
  };
}
