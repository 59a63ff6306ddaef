import { z } from 'zod';
import { toSnakeCase } from '../../contracts/base/case.js';
import { askAll, askAny, askColumn, askFirst, call, type Client, type Query } from './client.js';

/**
 * Raw `assets` row, as far as it is used. Its owner may write any of it through the database:
 * nothing in it is to be trusted.
 */
const AssetRow = z.looseObject({
  id: z.string(),
  owner_id: z.string().nullable(),
  filename: z.string(),
  original_name: z.string().nullable(),
  storage_path: z.string(),
  /** The server wrote the row and the file; false for a row that its owner wrote. */
  is_stored: z.boolean(),
  alias: z.string(),
  mime_type: z.string().nullable(),
  size: z.number().nullable(),
  is_public: z.boolean(),
  is_deleted: z.boolean(),
  is_global: z.boolean().nullable(),
  tags: z.string().nullable(),
  description: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  available_from: z.string().nullable(),
  available_until: z.string().nullable(),
});
export type AssetRow = z.infer<typeof AssetRow>;

const ListedAsset = AssetRow.extend({
  projects: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type ListedAsset = z.infer<typeof ListedAsset>;

/** A new asset; its names follow from `stem` and `extension`, which make the alias. */
export interface NewAsset {
  readonly ownerId: string;
  readonly stem: string;
  readonly extension: string;
  readonly originalName: string;
  /** Key of the object, which is there already. */
  readonly storagePath: string;
  readonly mimeType: string;
  readonly sizeBytes: number;
  /** SHA-256, 64 hex digits. */
  readonly hash: string;
  readonly isPublic: boolean;
  readonly tags: string | null;
  readonly description: string | null;
  /** A project of this owner, which is then linked to the asset. */
  readonly projectId: string | null;
}

/** What an owner may change about an asset. */
export type AssetChanges = Partial<
  Pick<AssetRow, 'is_public' | 'tags' | 'description' | 'available_from' | 'available_until'>
>;

const Created = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('created'), asset: AssetRow }),
  z.object({ outcome: z.literal('full'), is_file_in_use: z.boolean() }),
]);
export type CreatedAsset = z.infer<typeof Created>;

/**
 * Tables `assets` and `project_assets`: a user's images and sounds, and which projects use them.
 */
export const assetsTable = (client: Client) => ({
  ...assetReads(client),
  ...assetChanges(client),
  ...removedAssets(client),
});

function assetReads(client: Client) {
  const all = () => client.from('assets').select('*');
  const one = (query: Query) => askFirst('read the asset', query, AssetRow);
  return {
    /**
     * A user's assets that were not deleted, newest first, with the projects that use them; `query`
     * is matched against names, tags and description.
     */
    list(
      ownerId: string,
      { query, limit }: { query?: string | null; limit?: number | null } = {},
    ): Promise<ListedAsset[]> {
      return call(client, 'list_assets', { ownerId, query, limit }, z.array(ListedAsset));
    },

    get: (assetId: string) => one(all().eq('id', assetId)),

    /** Also a deleted one. */
    byAlias: (ownerId: string, alias: string) =>
      one(all().eq('owner_id', ownerId).eq('alias', alias)),

    global: (category: string, alias: string) =>
      one(all().eq('is_global', true).eq('category', category).eq('alias', alias)),

    /** The number of projects that use it. */
    usageCount: async (assetId: string): Promise<number> => {
      const query = client.from('project_assets').select('asset_id').eq('asset_id', assetId);
      return (await askColumn('count the links', query, 'asset_id')).length;
    },
  };
}

function assetChanges(client: Client) {
  const present = (values: object, assetId: string) =>
    client.from('assets').update(values).eq('id', assetId).eq('is_deleted', false);
  return {
    /**
     * Service role only. Gives the asset the first free alias; `full` = it would take its owner's
     * assets beyond `quotaBytes`.
     */
    create(asset: NewAsset, quotaBytes: number): Promise<CreatedAsset> {
      const { ownerId, stem, extension, projectId, sizeBytes: size, ...file } = asset;
      const row = toSnakeCase({ ...file, size });
      const params = { ownerId, stem, extension, projectId, quotaBytes, asset: row };
      return call(client, 'create_asset', params, Created);
    },

    /** Null = there is no such asset that the caller may change (any more). */
    update: (assetId: string, changes: AssetChanges): Promise<AssetRow | null> =>
      askFirst('change the asset', present(changes, assetId).select('*'), AssetRow),

    /**
     * Service role only: row-level security hides deleted rows even from the user who deletes them.
     * False = it was deleted already.
     */
    softDelete: (assetId: string): Promise<boolean> =>
      askAny('delete the asset', present({ is_deleted: true }, assetId).select('id')),
  };
}

/** For the service role: files of assets that were given up (F2). */
function removedAssets(client: Client) {
  return {
    /** Names of a user's files that were removed so, unless another asset has the same bytes. */
    async removedNames(userId: string): Promise<Set<string>> {
      const query = client.from('assets').select('*').eq('owner_id', userId);
      const rows = await askAll('list removed assets', query, AssetRow);
      const nameOf = ({ storage_path }: AssetRow): string => storage_path.split('/').at(-1) ?? '';
      const kept = new Set(rows.filter(({ is_stored }) => is_stored).map(nameOf));
      const removed = rows.filter(({ is_stored, is_deleted }) => !is_stored && is_deleted);
      return new Set(removed.map(nameOf).filter((name) => !kept.has(name)));
    },
  };
}
