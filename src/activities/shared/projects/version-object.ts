import { isReferringText } from '../../../domain/publishing/published-files.js';
import type { VersionObject } from '../../../store/tables/revisions.js';
import { refsOf } from '../../../versions/format/refs.js';
import type { KeptVersion, Versions } from '../../../versions/kept/versions.js';

/** A stored version's object as its row names it, with what its texts call assets. */
export async function objectOf(
  versions: Pick<Versions, 'readAll'>,
  projectId: string,
  { revision, place: { workId, sha, sizeBytes } }: KeptVersion,
): Promise<VersionObject> {
  const texts = await versions.readAll({ projectId, revision, workId }, isReferringText);
  return { sha, bytes: sizeBytes, refs: refsOf(texts) };
}
