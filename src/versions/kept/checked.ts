import { AppError } from '../../contracts/base/errors.js';
import { sha256Of } from '../../contracts/base/hashes.js';
import { gitObject, parseCommit, treeOid } from '../format/git-ids.js';
import type { VersionRef, Versions } from './versions.js';

/** True when every byte of a version is there and fits its id, its row and its list of files. */
export async function isVersionWhole(versions: Versions, ref: VersionRef): Promise<boolean> {
  try {
    const { manifest, place } = await versions.describe(ref);
    if (sha256Of(await versions.object(ref)) !== place.sha) return false;
    const oids = new Map(manifest.files.map(({ path, oid }) => [path, oid]));
    for (const { path, bytes } of await versions.readAll(ref))
      if (gitObject('blob', bytes).oid !== oids.get(path)) return false;
    const commit = Buffer.from(manifest.commit, 'base64');
    return (
      gitObject('commit', commit).oid === ref.revision &&
      parseCommit(commit).tree === treeOid(manifest.files)
    );
  } catch (error) {
    const isLost =
      error instanceof AppError && ['RevisionLost', 'CandidateRefused'].includes(error.kind);
    if (!isLost) throw error;
    return false;
  }
}
