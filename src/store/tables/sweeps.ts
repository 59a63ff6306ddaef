import { z } from 'zod';
import { AppError } from '../../contracts/base/errors.js';
import { call, camel, type Client } from './client.js';

const Removable = z.array(camel(z.object({ key: z.string(), isKnown: z.boolean() })));
const Keys = z.array(z.string());
/** Keys in one statement. */
const KEYS_AT_ONCE = 1_000;

/** What of the object store no row needs, for the service role (L2, F2). */
export function sweepsTable(client: Client) {
  return {
    /**
     * Which of these keys `p/<project>/<work>/<name>` belong to work that ended `endedMs` ago, or
     * that has no row (`isKnown` false), and to no version.
     */
    async removableObjects(keys: readonly string[], endedMs: number) {
      const found: z.infer<typeof Removable> = [];
      for (const some of chunks(keys)) {
        const params = { keys: some, endedMs };
        found.push(...(await call(client, 'removable_objects', params, Removable)));
      }
      return found;
    },

    /** Which of these keys no asset has. */
    async unnamedAssets(keys: readonly string[]): Promise<string[]> {
      const found: string[] = [];
      for (const some of chunks(keys))
        found.push(...(await call(client, 'unnamed_assets', { keys: some }, Keys)));
      return found;
    },

    /**
     * Gives up the files of assets that were deleted before then and that no version names.
     * Returns the keys of the objects that no row has any more.
     */
    giveUpAssets: (before: Date, limit: number): Promise<string[]> =>
      call(client, 'give_up_assets', { before: before.toISOString(), limit }, Keys),

    /**
     * Removes who played what before then, but for one other player of each game. Returns how many
     * rows; 0 where the schema is older (O2).
     */
    removeOldPlays: (before: Date, limit: number): Promise<number> =>
      call(client, 'remove_old_plays', { before: before.toISOString(), limit }, z.number()).catch(
        (error: unknown) => {
          if (error instanceof AppError && error.kind === 'SchemaMismatch') return 0;
          throw error;
        },
      ),
  };
}

function* chunks(keys: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) yield keys.slice(at, at + KEYS_AT_ONCE);
}
