import { z } from 'zod';
import { toSnakeCase } from '../../contracts/base/case.js';
import type { TargetPage } from '../../contracts/execution/modal.js';
import { askAll, askAny, askColumn, call, camel, run, type Client } from './client.js';

export interface VolumeHeadMove {
  readonly userId: string;
  readonly projectId: string;
  /** A commit that the Volume holds with all its ancestors. */
  readonly revision: string;
  /** The value read when the work began; null = none. */
  readonly expected: string | null;
}

const Target = z.object({ userId: z.string(), projectId: z.string() });
const Noted = z.object({ projectId: z.string(), updatedAt: z.coerce.date() });

/**
 * Table `volume_heads`: the last known head of each project on its user's Volume, for the service
 * role. A hint that saves transfers: a Volume that turns out to hold less is sent everything. A row
 * outlives its project, so that the folder is found.
 */
export function volumeHeadsTable(client: Client) {
  const table = () => client.from('volume_heads');
  return {
    /** The newest commit that the Volume is known to hold; null = unknown. */
    async get(projectId: string): Promise<string | null> {
      const query = table().select('revision').eq('project_id', projectId);
      return (await askColumn('read what the Volume holds', query, 'revision'))[0] ?? null;
    },

    /** Compare-and-set: false = another value was stored since `expected` was read. */
    set({ expected, ...head }: VolumeHeadMove): Promise<boolean> {
      const { userId, projectId, revision } = head;
      const updatedAt = new Date().toISOString();
      const values = toSnakeCase({ userId, projectId, revision, updatedAt });
      const query =
        expected === null
          ? table().upsert(values, { onConflict: 'project_id', ignoreDuplicates: true })
          : table().update(values).eq('project_id', projectId).eq('revision', expected);
      return askAny('note what the Volume holds', query.select('*'));
    },

    /** Deletes the hint: the folder is gone, or did not hold the commit. */
    remove: (projectId: string): Promise<void> =>
      run('forget what the Volume holds', table().delete().eq('project_id', projectId)),

    /** A page of the projects that have versions, by id. */
    targets({ userId, projectId, isDueOnly, after, limit }: TargetPage) {
      const params = { userId, projectId, isDueOnly, after, limit };
      const rows = z.array(camel(Target));
      return call(client, 'list what to replicate', 'replication_targets', params, rows);
    },

    /** Users with a hint, older than `before`, for a project that is gone. */
    usersWithOrphans: (before: Date, limit: number): Promise<string[]> =>
      call(
        client,
        'list orphaned folders',
        'users_with_volume_leftovers',
        { before: before.toISOString(), limit },
        z.array(z.string()),
      ),

    /** The hints of a user's projects, with their times. */
    notedOf: (userId: string): Promise<z.infer<typeof Noted>[]> =>
      askAll('list what the Volume holds', table().select('*').eq('user_id', userId), camel(Noted)),
  };
}
