import { keyOf } from './places.js';

interface LastVersions {
  lastObjects(limit: number): Promise<{ projectId: string; workId: string; sha: string }[]>;
}

/** Versions of different projects are hardly ever lost together. */
const LOOKED_FOR = 20;

/** Finds the keys of the newest versions that the database names. */
export function newestKeys(rows: LastVersions): () => Promise<string[]> {
  return async () =>
    (await rows.lastObjects(LOOKED_FOR)).map(({ projectId, ...place }) => keyOf(projectId, place));
}
