import type { ObjectHomeRow } from '../../contracts/rows/object-home.js';
import { keyOf } from './places.js';

interface Rows {
  readonly revisions: {
    lastObjects(limit: number): Promise<{ projectId: string; workId: string; sha: string }[]>;
  };
  readonly objectHome: ObjectHomeRow;
}

/** Versions of different projects are hardly ever lost together. */
const LOOKED_FOR = 20;

/** What the database has about its store: keys of the newest versions, and which store it is. */
export function objectRows({ revisions, objectHome: home }: Rows) {
  const newest = async (): Promise<string[]> =>
    (await revisions.lastObjects(LOOKED_FOR)).map(({ projectId, ...place }) =>
      keyOf(projectId, place),
    );
  return { newest, home };
}
