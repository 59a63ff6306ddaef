import { z } from 'zod';
import { call, type Client } from './client.js';

/** Table `dreamcore.ended_sessions`: sessions of Supabase Auth that are over. */
export function endedSessionsTable(client: Client) {
  return {
    /** Ids of those that ended within the last `withinS` seconds; null = all that are kept. */
    ids: (withinS: number | null): Promise<string[]> =>
      call(client, 'ended_sessions', { withinS }, z.array(z.string())),
  };
}
