import { z } from 'zod';
import { ask, askAny, askFirst, run, type Client } from './client.js';

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

/**
 * What a new asset is made of; the names follow from `stem` and `extension`, which make the alias.
 */
export interface NewAsset {
  readonly ownerId: string;
  readonly stem: string;
  readonly extension: string;
  readonly originalName: string;
  /** Absolute path of the file, which is there already. */
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

const Rows = z.array(AssetRow);
const Links = z.array(z.object({ asset_id: z.string() }));

export type Assets = ReturnType<typeof assetsTable>;

/**
 * Tables `assets` and `project_assets`: a user's images and sounds, and which projects use them.
 */
export function assetsTable(client: Client) {
  return {
    ...assetLists(client),
    ...singleAssets(client),
    ...assetChanges(client),
    ...deletedAssets(client),
  };
}

function assetLists(client: Client) {
  const linked = (projectId: string): Promise<{ asset_id: string }[]> =>
    ask(
      'list the links',
      client.from('project_assets').select('asset_id').eq('project_id', projectId),
      Links,
    );
  const present = () => client.from('assets').select('*').eq('is_deleted', false);
  return {
    /** A user's assets that were not deleted, newest first. */
    ofOwner: (userId: string): Promise<AssetRow[]> =>
      ask(
        'list the assets',
        present().eq('owner_id', userId).order('created_at', { ascending: false }),
        Rows,
      ),

    /** The assets that a project uses and that were not deleted, newest first. */
    async ofProject(projectId: string): Promise<AssetRow[]> {
      const ids = (await linked(projectId)).map((link) => link.asset_id);
      if (ids.length === 0) return [];
      return ask(
        'list the assets',
        present().in('id', ids).order('created_at', { ascending: false }),
        Rows,
      );
    },

    /**
     * As {@link ofOwner}, however many, with the projects that use them; `query` is looked for in
     * names, tags and description.
     */
    list: (
      userId: string,
      { query = null, limit = null }: { query?: string | null; limit?: number | null } = {},
    ): Promise<ListedAsset[]> =>
      ask(
        'list the assets',
        client.rpc('list_assets', { p_owner_id: userId, p_query: query, p_limit: limit }),
        z.array(ListedAsset),
      ),
  };
}

function singleAssets(client: Client) {
  const all = () => client.from('assets').select('*');
  return {
    get: (assetId: string): Promise<AssetRow | null> =>
      askFirst('read the asset', all().eq('id', assetId), AssetRow),

    /** Also a deleted one. */
    byAlias: (ownerId: string, alias: string): Promise<AssetRow | null> =>
      askFirst('read the asset', all().eq('owner_id', ownerId).eq('alias', alias), AssetRow),

    global: (category: string, alias: string): Promise<AssetRow | null> =>
      askFirst(
        'read the asset',
        all().eq('is_global', true).eq('category', category).eq('alias', alias),
        AssetRow,
      ),

    /** How many projects use it. */
    usageCount: async (assetId: string): Promise<number> =>
      (
        await ask(
          'count the links',
          client.from('project_assets').select('asset_id').eq('asset_id', assetId),
          Links,
        )
      ).length,
  };
}

function assetChanges(client: Client) {
  return {
    /**
     * Service role only. Gives the asset the first free alias; `full` = it would take its owner's
     * assets beyond `quotaBytes`.
     */
    create: (asset: NewAsset, quotaBytes: number): Promise<CreatedAsset> =>
      ask(
        'create the asset',
        client.rpc('create_asset', {
          p_owner_id: asset.ownerId,
          p_stem: asset.stem,
          p_extension: asset.extension,
          p_project_id: asset.projectId,
          p_quota_bytes: quotaBytes,
          p_asset: {
            original_name: asset.originalName,
            storage_path: asset.storagePath,
            mime_type: asset.mimeType,
            size: asset.sizeBytes,
            hash: asset.hash,
            is_public: asset.isPublic,
            tags: asset.tags,
            description: asset.description,
          },
        }),
        Created,
      ),

    /** Null = there is no such asset that the caller may change (any more). */
    update: (assetId: string, changes: AssetChanges): Promise<AssetRow | null> =>
      askFirst(
        'change the asset',
        client.from('assets').update(changes).eq('id', assetId).eq('is_deleted', false).select('*'),
        AssetRow,
      ),

    /**
     * Service role only: row-level security hides deleted rows even from the user who deletes them.
     * False = it was deleted already.
     */
    softDelete: (assetId: string): Promise<boolean> =>
      askAny(
        'delete the asset',
        client
          .from('assets')
          .update({ is_deleted: true })
          .eq('id', assetId)
          .eq('is_deleted', false)
          .select('id'),
      ),
  };
}

/** For the service role: files of assets that were deleted some time ago (F2). */
function deletedAssets(client: Client) {
  const stored = () => client.from('assets').select('*').eq('is_stored', true);
  return {
    /**
     * Users' assets that were deleted before then, and whose files are still there, by id from
     * `from` on.
     */
    deletedBefore: (before: Date, from: string, limit: number): Promise<AssetRow[]> =>
      ask(
        'list deleted assets',
        stored()
          .eq('is_deleted', true)
          .eq('is_global', false)
          .lt('updated_at', before.toISOString())
          .gte('id', from)
          .order('id')
          .limit(limit),
        Rows,
      ),

    /** True while a row has this file that is not deleted, or was not before then. */
    async isFileNeeded(storagePath: string, before: Date): Promise<boolean> {
      const rows = await ask('find who has a file', stored().eq('storage_path', storagePath), Rows);
      return rows.some(
        ({ is_deleted, updated_at }) => !is_deleted || Date.parse(updated_at) >= before.getTime(),
      );
    },

    /** The file is gone from the disk. */
    markRemoved: (storagePath: string): Promise<void> =>
      run(
        'note that a file is gone',
        client
          .from('assets')
          .update({ is_stored: false })
          .eq('storage_path', storagePath)
          .eq('is_deleted', true),
      ),

    /** Names of a user's files that were removed so, unless another asset has the same bytes. */
    async removedNames(userId: string): Promise<Set<string>> {
      const rows = await ask(
        'list removed assets',
        client.from('assets').select('*').eq('owner_id', userId),
        Rows,
      );
      const nameOf = ({ storage_path }: AssetRow): string => storage_path.split('/').at(-1) ?? '';
      const kept = new Set(rows.filter(({ is_stored }) => is_stored).map(nameOf));
      const removed = rows.filter(({ is_stored, is_deleted }) => !is_stored && is_deleted);
      return new Set(removed.map(nameOf).filter((name) => !kept.has(name)));
    },
  };
}
