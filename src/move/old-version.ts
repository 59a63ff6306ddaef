import type { Repo } from '../git/process.js';
import { listTree, readBlobs, readCommit } from '../git/read.js';
import { layOut, sealVersion, type FileBytes } from '../versions/format/encode.js';
import { damaged } from '../versions/format/framing.js';
import { parseCommit } from '../versions/format/git-ids.js';
import type { ManifestFile } from '../versions/format/manifest.js';
import { refsOf } from '../versions/format/refs.js';
import { verifyVersion, type VerifiedVersion } from '../versions/format/verify.js';
import { absentVersionAs, type Versions } from '../versions/kept/versions.js';

/** An object that was made of a version in a repository, and what its texts call assets. */
export interface MadeObject extends VerifiedVersion {
  readonly refs: readonly string[] | null;
}

/** A version in a repository. */
export interface OldVersion {
  readonly revision: string;
  /** The commit object, byte for byte. */
  readonly commit: Buffer;
  /** What the commit follows. */
  readonly follows: string | null;
  readonly files: readonly FileBytes[];
}

/** Throws `RevisionMissing` unless the repository has all of it. */
export async function readOldVersion(repo: Repo, revision: string): Promise<OldVersion> {
  const commit = await readCommit(repo, revision);
  const entries = await listTree(repo, revision);
  const blobs = await readBlobs(
    repo,
    entries.map(({ oid }) => oid),
  );
  const files = entries.map(({ path, mode }, index): FileBytes => ({
    path,
    bytes: blobs[index] ?? Buffer.alloc(0),
    ...(mode !== '100644' && { mode: modeOf(mode) }),
  }));
  return { revision, commit, follows: parseCommit(commit).parent, files };
}

/**
 * Makes the object of a version, whose id stays. `known`: files of the version `parent` as another
 * object names them. Throws `CandidateRefused` for what can be no version.
 */
export async function objectOf(
  { revision, commit, follows, files }: OldVersion,
  parent: string | null,
  known: readonly ManifestFile[],
): Promise<MadeObject> {
  const laid = await layOut(files, [], known);
  const { bytes } = await sealVersion(laid.segments, { parent, commit, files: laid.files });
  const promised = { parent, parentFiles: known, commitParent: follows };
  const { manifest, sha } = await verifyVersion(bytes, promised);
  if (manifest.revision !== revision) throw damaged('revision');
  return { manifest, sha, bytes, refs: refsOf(files) };
}

/** A published version's files as another one may name them; none while it has no object. */
export async function knownFiles(
  versions: Pick<Versions, 'filesToKeep'>,
  projectId: string,
  parent: string | null,
): Promise<readonly ManifestFile[]> {
  if (parent === null) return [];
  const ref = { projectId, revision: parent };
  return versions.filesToKeep(ref).catch(absentVersionAs([]));
}

function modeOf(mode: string): '100755' {
  if (mode === '100755') return mode;
  throw damaged('mode');
}
