import { z } from 'zod';
import { call, camel, type Client } from './client.js';

/** Stands in a row for the object of a version that no store held. */
export const NOWHERE = { sha: '0'.repeat(64), sizeBytes: 1 };

const UnmovedVersion = camel(
  z.object({
    projectId: z.string(),
    userId: z.string(),
    ordinal: z.number().int(),
    revision: z.string(),
    /** The version that it follows; null = it is the project's first. */
    parent: z.string().nullable(),
    jobId: z.string(),
    /** No store held it when it was looked for last. */
    isLost: z.boolean(),
  }),
);
export type UnmovedVersion = z.infer<typeof UnmovedVersion>;

const Counts = z.object({ versions: z.number(), unmoved: z.number(), lost: z.number() });
export type UnmovedCounts = z.infer<typeof Counts>;

/** Rows of versions whose files are not in objects yet, for the move of old data. */
export function unmovedVersions(client: Client) {
  const nameObject = (
    { projectId, revision }: Pick<UnmovedVersion, 'projectId' | 'revision'>,
    { sha, sizeBytes }: { sha: string; sizeBytes: number },
    refs: readonly string[] | null,
  ): Promise<boolean> => {
    const params = { projectId, revision, objectSha: sha, objectBytes: sizeBytes, refs };
    return call(client, 'name_object', params, z.boolean());
  };
  return {
    count: (): Promise<UnmovedCounts> => call(client, 'count_unmoved', {}, Counts),

    /** At most `limit` after that one, by project and ordinal; `first`: heads and published. */
    list(
      first: boolean,
      after: Pick<UnmovedVersion, 'projectId' | 'ordinal'> | null,
      limit: number,
    ): Promise<UnmovedVersion[]> {
      const { projectId, ordinal } = after ?? {};
      const params = { first, projectId, ordinal, limit };
      return call(client, 'unmoved_versions', params, z.array(UnmovedVersion));
    },

    /** False = the version has an object already, or is gone. */
    nameObject,

    /** From now on it is lost, not late; a later move looks for it again. */
    nameLost: (version: UnmovedVersion): Promise<boolean> => nameObject(version, NOWHERE, null),
  };
}
