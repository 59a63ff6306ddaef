import { z } from 'zod';
import { KeptState } from '../../contracts/rows/operators.js';
import { askAll, askFirst, call, type Client } from './client.js';

const Largest = z.array(z.object({ name: z.string(), bytes: z.number() }));

/**
 * What is kept for each user, bytes: objects of versions and files of assets, counted by triggers
 * in table `volume_sizes`. Thumbnails, videos and records of plays do not count.
 */
export function keptBytesTable(client: Client) {
  const rows = () => client.from('volume_sizes').select('user_id,kept_bytes,measured_at');
  return {
    async of(userId: string): Promise<number> {
      const query = rows().eq('user_id', userId);
      return (await askFirst('read what is kept', query, KeptState))?.kept_bytes ?? 0;
    },

    /** The users for whom most is kept. */
    mostKept: (limit: number): Promise<KeptState[]> => {
      const query = rows().order('kept_bytes', { ascending: false }).limit(limit);
      return askAll('list the largest', query, KeptState);
    },

    /** Users for whom `bytes` or more are kept, by id, after `after`; null = from the first. */
    from: (bytes: number, after: string | null, limit: number): Promise<KeptState[]> => {
      const many = rows().gte('kept_bytes', bytes).order('user_id').limit(limit);
      const query = after === null ? many : many.gt('user_id', after);
      return askAll('list who keeps much', query, KeptState);
    },

    /** A user's largest games and files as he calls them, the largest first. */
    largest: (userId: string, limit: number): Promise<z.infer<typeof Largest>> =>
      call(client, 'largest_kept', { userId, limit }, Largest),
  };
}
