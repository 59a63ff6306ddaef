import { z } from 'zod';
import { askAll, askAny, type Client } from './client.js';

const UnmovedAsset = z.object({
  id: z.string(),
  owner_id: z.string().nullable(),
  is_global: z.boolean().nullable(),
  storage_path: z.string(),
});
export type UnmovedAsset = z.infer<typeof UnmovedAsset>;

/** Rows of assets that name files by absolute paths, for the move of old data. */
export function unmovedAssets(client: Client) {
  return {
    /** At most `limit` of them by id, after the one given. */
    list(afterId: string | null, limit: number): Promise<UnmovedAsset[]> {
      const all = client
        .from('assets')
        .select('id, owner_id, is_global, storage_path')
        .eq('is_stored', true)
        .like('storage_path', '/%');
      const rest = afterId === null ? all : all.gt('id', afterId);
      return askAll('list assets to move', rest.order('id').limit(limit), UnmovedAsset);
    },

    /** Names the object of an asset in place of its file; false = its row is another, or gone. */
    nameObject: ({ id, storage_path }: UnmovedAsset, key: string): Promise<boolean> =>
      askAny(
        'name the object of an asset',
        client
          .from('assets')
          .update({ storage_path: key })
          .eq('id', id)
          .eq('storage_path', storage_path)
          .select('id'),
      ),
  };
}
