import { z } from 'zod';
import { RevisionRow } from '../../src/contracts/rows/rows.js';
import { AppError } from '../../src/contracts/base/errors.js';
import { allPages, ask, askAny, run, type Client } from '../../src/store/tables/client.js';
import { publishDraftsTable } from '../../src/store/tables/publish-drafts.js';
import { KnownPlaces } from '../../src/store/tables/revision-places.js';
import { revisionsTable } from '../../src/store/tables/revisions.js';

/** What the import needs to know of an asset's row. */
const V2Asset = z.object({
  id: z.string(),
  owner_id: z.string().nullable(),
  filename: z.string(),
  storage_path: z.string(),
  hash: z.string(),
  category: z.string().nullable(),
  is_deleted: z.boolean(),
  is_stored: z.boolean(),
});
export type V2Asset = z.infer<typeof V2Asset>;

const Ids = z.array(z.object({ id: z.string() }));
const UNIQUE_VIOLATION = '23505';

export type V2Import = ReturnType<typeof v2ImportTables>;

/** What `import-v2` reads and writes beside the tables' own modules; service role. */
export function v2ImportTables(client: Client) {
  return { ...v2Reads(client), ...v2Writes(client) };
}

function v2Reads(client: Client) {
  return {
    hasUser: (userId: string): Promise<boolean> =>
      askAny('find the user', client.from('users').select('id').eq('id', userId)),

    /** Ids of all projects of a user. */
    projectsOf: async (userId: string): Promise<string[]> =>
      (
        await allPages((from, to) =>
          ask(
            'list the projects',
            client.from('projects').select('id').eq('user_id', userId).order('id').range(from, to),
            Ids,
          ),
        )
      ).map(({ id }) => id),

    /** Where the object of a version lies that was taken before. */
    placeOf: revisionsTable(client, new KnownPlaces()).placeOf,

    /** Every asset of an owner (null = the global ones), deleted ones too. */
    assetsOf: (ownerId: string | null): Promise<V2Asset[]> =>
      allPages((from, to) => {
        const all = client
          .from('assets')
          .select('id,owner_id,filename,storage_path,hash,category,is_deleted,is_stored');
        const owned = ownerId === null ? all.eq('is_global', true) : all.eq('owner_id', ownerId);
        return ask('list the assets', owned.order('id').range(from, to), z.array(V2Asset));
      }),

    /** The whole line of a project's revisions, oldest first. */
    line: (projectId: string): Promise<RevisionRow[]> =>
      allPages((from, to) =>
        ask(
          'read the line',
          client
            .from('revisions')
            .select('*')
            .eq('project_id', projectId)
            .order('ordinal')
            .range(from, to),
          z.array(RevisionRow),
        ),
      ),

    /** When a project's draft was saved last; null = it has none. */
    async draftSavedAt(projectId: string): Promise<Date | null> {
      const query = client.from('publish_drafts').select('updated_at').eq('project_id', projectId);
      const [row] = await ask(
        'read the draft',
        query,
        z.array(z.object({ updated_at: z.string().nullable() })),
      );
      return row === undefined ? null : new Date(row.updated_at ?? 0);
    },
  };
}

function v2Writes(client: Client) {
  return {
    /** Adds rows behind the line, all or none. False = another process added some meanwhile. */
    async append(rows: readonly RevisionRow[]): Promise<boolean> {
      try {
        await run('add the revisions', client.from('revisions').insert([...rows]));
        return true;
      } catch (error) {
        if (error instanceof AppError && error.details['code'] === UNIQUE_VIOLATION) return false;
        throw error;
      }
    },

    /**
     * Points an asset at its file and opens it, unless it was changed or removed meanwhile: false.
     */
    adoptAsset: (
      asset: Pick<V2Asset, 'id' | 'storage_path'>,
      to: { storage_path: string; hash: string },
    ): Promise<boolean> =>
      askAny(
        'adopt the asset',
        client
          .from('assets')
          .update({ ...to, is_stored: true })
          .eq('id', asset.id)
          .eq('storage_path', asset.storage_path)
          .select('id'),
      ),

    saveDraft: publishDraftsTable(client).save,
  };
}
