import { z } from 'zod';
import { toSnakeCase } from '../../contracts/base/case.js';
import { VolumeState } from '../../contracts/rows/operators.js';
import { askAll, askFirst, camel, run, type Client } from './client.js';

/** Size of a user's files, as last measured, bytes. */
const VolumeSize = z.object({
  userId: z.string(),
  mirrorBytes: z.number(),
  /** On the user's Volume; null = it was not measured. */
  volumeBytes: z.number().nullable(),
  /** The largest projects and assets, paths relative to the user's folder, the largest first. */
  largest: z.array(z.object({ path: z.string(), bytes: z.number() })).readonly(),
});
export type VolumeSize = z.infer<typeof VolumeSize>;

/** Table `volume_sizes`: one row per user, as last measured. */
export function volumeSizesTable(client: Client) {
  const table = () => client.from('volume_sizes');
  return {
    get: (userId: string): Promise<VolumeSize | null> =>
      askFirst('read the size', table().select('*').eq('user_id', userId), camel(VolumeSize)),

    /** The users with the largest folders on this machine. */
    largest: (limit: number): Promise<VolumeState[]> => {
      const query = table().select('user_id,mirror_bytes,volume_bytes,measured_at');
      const ordered = query.order('mirror_bytes', { ascending: false }).limit(limit);
      return askAll('list the largest', ordered, VolumeState);
    },

    put: (size: VolumeSize): Promise<void> =>
      run(
        'note the size',
        table().upsert(toSnakeCase({ ...size, measuredAt: new Date().toISOString() })),
      ),
  };
}
