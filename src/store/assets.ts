import { z } from 'zod';
import { ask, type Client } from './client.js';

/** Raw `assets` row, as far as it is used. */
const AssetRow = z.looseObject({
  id: z.string(), owner_id: z.string().nullable(), filename: z.string(), original_name: z.string().nullable(), storage_path: z.string(),
  alias: z.string(), mime_type: z.string().nullable(), is_public: z.boolean(), is_deleted: z.boolean(), created_at: z.string(),
});
export type AssetRow = z.infer<typeof AssetRow>;

const Links = z.array(z.object({ asset_id: z.string() }));

export type Assets = ReturnType<typeof assetsTable>;

/** Tables `assets` and `project_assets`: a user's images and sounds, and which projects use them. */
export function assetsTable(client: Client) {
  return {
    /** A user's assets that were not deleted, newest first. */
    ofOwner: (userId: string): Promise<AssetRow[]> => ask('list the assets',
      client.from('assets').select('*').eq('owner_id', userId).eq('is_deleted', false).order('created_at', { ascending: false }), z.array(AssetRow)),

    /** The assets that a project uses and that were not deleted, newest first. */
    async ofProject(projectId: string): Promise<AssetRow[]> {
      const links = await ask('list the links', client.from('project_assets').select('asset_id').eq('project_id', projectId), Links);
      if (links.length === 0) return [];
      const query = client.from('assets').select('*').in('id', links.map((link) => link.asset_id)).eq('is_deleted', false);
      return ask('list the assets', query.order('created_at', { ascending: false }), z.array(AssetRow));
    },
  };
}
