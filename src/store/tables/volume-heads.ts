import { z } from 'zod';
import type { TargetPage } from '../../contracts/modal.js';
import { ask, askFirst, run, type Client } from './client.js';

const Row = z.object({
  user_id: z.string(),
  project_id: z.string(),
  revision: z.string(),
  updated_at: z.string(),
});
const Rows = z.array(Row);

export interface VolumeHeadMove {
  readonly userId: string;
  readonly projectId: string;
  /** A commit that the Volume holds with all that it follows. */
  readonly revision: string;
  /** What was known when the work began; null = nothing. */
  readonly expected: string | null;
}

export interface ReplicationTarget {
  readonly userId: string;
  readonly projectId: string;
}
const Targets = z.array(z.object({ user_id: z.string(), project_id: z.string() }));

export type VolumeHeads = ReturnType<typeof volumeHeadsTable>;

/**
 * Table `volume_heads`: what each user's Volume is known to hold of a project, for the service
 * role. It is a hint that saves transfers: a Volume that turns out to hold less is sent everything.
 * A row outlives its project, so that the folder is found.
 */
export function volumeHeadsTable(client: Client) {
  return { ...knownHeads(client), ...volumeFolders(client) };
}

function knownHeads(client: Client) {
  return {
    /** The newest commit that the Volume is known to hold; null = nothing is known. */
    async get(projectId: string): Promise<string | null> {
      const query = client.from('volume_heads').select('*').eq('project_id', projectId);
      return (await askFirst('read what the Volume holds', query, Row))?.revision ?? null;
    },

    /**
     * Notes what the Volume holds now; false = somebody else noted something since `expected` was
     * read.
     */
    async set({ userId, projectId, revision, expected }: VolumeHeadMove): Promise<boolean> {
      const table = client.from('volume_heads');
      const values = {
        user_id: userId,
        project_id: projectId,
        revision,
        updated_at: new Date().toISOString(),
      };
      const query =
        expected === null
          ? table.upsert(values, { onConflict: 'project_id', ignoreDuplicates: true }).select('*')
          : table.update(values).eq('project_id', projectId).eq('revision', expected).select('*');
      return (await ask('note what the Volume holds', query, Rows)).length === 1;
    },

    /** Nothing is known any more: the folder is gone, or did not hold what was noted. */
    remove: (projectId: string): Promise<void> =>
      run(
        'forget what the Volume holds',
        client.from('volume_heads').delete().eq('project_id', projectId),
      ),
  };
}

function volumeFolders(client: Client) {
  return {
    /** A page of the projects that have versions, by id. */
    async targets({
      userId,
      projectId,
      isDueOnly,
      after,
      limit,
    }: TargetPage): Promise<ReplicationTarget[]> {
      const call = client.rpc('replication_targets', {
        p_user_id: userId,
        p_project_id: projectId,
        p_is_due_only: isDueOnly,
        p_after: after,
        p_limit: limit,
      });
      return (await ask('list what to replicate', call, Targets)).map((row) => ({
        userId: row.user_id,
        projectId: row.project_id,
      }));
    },

    /** Users of whom something was noted about a project that is gone, before `before`. */
    usersWithOrphans: (before: Date, limit: number): Promise<string[]> =>
      ask(
        'list orphaned folders',
        client.rpc('users_with_volume_leftovers', {
          p_before: before.toISOString(),
          p_limit: limit,
        }),
        z.array(z.string()),
      ),

    /** What was noted about a user's projects last. */
    async notedOf(userId: string): Promise<{ projectId: string; updatedAt: Date }[]> {
      const query = client.from('volume_heads').select('*').eq('user_id', userId);
      return (await ask('list what the Volume holds', query, Rows)).map((row) => ({
        projectId: row.project_id,
        updatedAt: new Date(row.updated_at),
      }));
    },
  };
}
