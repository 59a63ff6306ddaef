import { z } from 'zod';
import { ask, run, type Client } from './client.js';

const Row = z.object({ user_id: z.string(), project_id: z.string(), revision: z.string(), updated_at: z.string() });
const Rows = z.array(Row);
export type VolumeHead = z.infer<typeof Row>;

export interface VolumeHeadMove {
  readonly userId: string;
  readonly projectId: string;
  /** A commit that the Volume holds with all that it follows. */
  readonly revision: string;
  /** What was known when the work began; null = nothing. */
  readonly expected: string | null;
}

export type VolumeHeads = ReturnType<typeof volumeHeadsTable>;

/**
 * Table `volume_heads`: what each user's Volume is known to hold of a project, for the service role. It is a hint that saves
 * transfers: a Volume that turns out to hold less is sent everything. A row outlives its project, so that the folder is found.
 */
export function volumeHeadsTable(client: Client) {
  return {
    /** The newest commit that the Volume is known to hold; null = nothing is known. */
    async get(projectId: string): Promise<string | null> {
      const query = client.from('volume_heads').select('*').eq('project_id', projectId);
      return (await ask('read what the Volume holds', query, Rows))[0]?.revision ?? null;
    },

    /** Notes what the Volume holds now; false = somebody else noted something since `expected` was read. */
    async set({ userId, projectId, revision, expected }: VolumeHeadMove): Promise<boolean> {
      const table = client.from('volume_heads');
      const values = { user_id: userId, project_id: projectId, revision, updated_at: new Date().toISOString() };
      const query = expected === null
        ? table.upsert(values, { onConflict: 'project_id', ignoreDuplicates: true }).select('*')
        : table.update(values).eq('project_id', projectId).eq('revision', expected).select('*');
      return (await ask('note what the Volume holds', query, Rows)).length === 1;
    },

    /** Nothing is known any more: the folder is gone, or did not hold what was noted. */
    remove: (projectId: string): Promise<void> =>
      run('forget what the Volume holds', client.from('volume_heads').delete().eq('project_id', projectId)),
  };
}
