import { z } from 'zod';
import { toSnakeCase } from '../../contracts/base/case.js';
import type { TargetPage } from '../../contracts/execution/modal.js';
import { askAll, call, camel, run, type Client } from './client.js';

export interface VolumeHead {
  readonly userId: string;
  readonly projectId: string;
  /** The newest version that the Volume shows. */
  readonly revision: string;
}

const Target = z.object({ userId: z.string(), projectId: z.string() });
const Noted = z.object({ projectId: z.string(), updatedAt: z.coerce.date() });

/**
 * Table `volume_heads`: the last known head of each project on its user's Volume, for the service
 * role. A hint of which projects a round has to look at. A row outlives its project, so that the
 * folder is found.
 */
export function volumeHeadsTable(client: Client) {
  const table = () => client.from('volume_heads');
  return {
    /** Notes what the Volume shows, in place of what was noted before. */
    set({ userId, projectId, revision }: VolumeHead): Promise<void> {
      const updatedAt = new Date().toISOString();
      const values = toSnakeCase({ userId, projectId, revision, updatedAt });
      const query = table().upsert(values, { onConflict: 'project_id' });
      return run('note what the Volume holds', query);
    },

    /** Deletes the hint: the folder is gone. */
    remove: (projectId: string): Promise<void> =>
      run('forget what the Volume holds', table().delete().eq('project_id', projectId)),

    /** A page of the projects that have versions, by id. */
    targets({ userId, projectId, isDueOnly, after, limit }: TargetPage) {
      const params = { userId, projectId, isDueOnly, after, limit };
      return call(client, 'replication_targets', params, z.array(camel(Target)));
    },

    /** Users with a hint, older than `before`, for a project that is gone. */
    usersWithOrphans: (before: Date, limit: number): Promise<string[]> =>
      call(
        client,
        'users_with_volume_leftovers',
        { before: before.toISOString(), limit },
        z.array(z.string()),
      ),

    /** The hints of a user's projects, with their times. */
    notedOf: (userId: string): Promise<z.infer<typeof Noted>[]> =>
      askAll('list what the Volume holds', table().select('*').eq('user_id', userId), camel(Noted)),
  };
}
