import { z } from 'zod';
import { VolumeState } from '../../contracts/operators.js';
import { ask, run, type Client } from './client.js';

const Largest = z.array(z.object({ path: z.string(), bytes: z.number() }));
const Row = z.object({
  user_id: z.string(),
  mirror_bytes: z.number(),
  volume_bytes: z.number().nullable(),
  largest: Largest,
  measured_at: z.string(),
});

/** What a user's files took up when they were measured. */
export interface VolumeSize {
  readonly userId: string;
  /** Here, and on the user's Volume (null = no Volume was looked at). */
  readonly mirrorBytes: number;
  readonly volumeBytes: number | null;
  /** The largest projects and assets, paths relative to the user's folder, the largest first. */
  readonly largest: readonly { path: string; bytes: number }[];
}

export type VolumeSizes = ReturnType<typeof volumeSizesTable>;

/** Table `volume_sizes`: one row per user, as last measured. */
export function volumeSizesTable(client: Client) {
  return {
    async get(userId: string): Promise<VolumeSize | null> {
      const [row] = await ask(
        'read the size',
        client.from('volume_sizes').select('*').eq('user_id', userId),
        z.array(Row),
      );
      return row
        ? {
            userId: row.user_id,
            mirrorBytes: row.mirror_bytes,
            volumeBytes: row.volume_bytes,
            largest: row.largest,
          }
        : null;
    },

    /** Of the users whose files here take up most. */
    largest: (limit: number): Promise<VolumeState[]> =>
      ask(
        'list the largest',
        client
          .from('volume_sizes')
          .select('user_id,mirror_bytes,volume_bytes,measured_at')
          .order('mirror_bytes', { ascending: false })
          .limit(limit),
        z.array(VolumeState),
      ),

    put: ({ userId, mirrorBytes, volumeBytes, largest }: VolumeSize): Promise<void> =>
      run(
        'note the size',
        client.from('volume_sizes').upsert({
          user_id: userId,
          mirror_bytes: mirrorBytes,
          volume_bytes: volumeBytes,
          largest,
          measured_at: new Date().toISOString(),
        }),
      ),
  };
}
