import { openSegment, readObject } from './framing.js';
import { gitObject, isCut, parseCommit, treeObjects, type GitObject } from './git-ids.js';
import type { Manifest } from './manifest.js';

/** What a version's object holds, as git stores it: its own files, its trees, its commit. */
export interface VersionInGit {
  readonly revision: string;
  /** The version before it; null = it is the project's first. */
  readonly parent: string | null;
  readonly isCut: boolean;
  readonly objects: readonly GitObject[];
}

/** Reads a version's object as git objects. Throws `CandidateRefused` for damaged bytes. */
export async function gitObjectsOf(bytes: Buffer): Promise<VersionInGit> {
  const { manifest } = await readObject(bytes);
  const { parent } = manifest;
  const commit = gitObject('commit', Buffer.from(manifest.commit, 'base64'));
  const objects = [...(await ownBlobs(manifest, bytes)), ...treeObjects(manifest.files), commit];
  return { revision: commit.oid, parent, isCut: isCut(parseCommit(commit.body), parent), objects };
}

async function ownBlobs({ files }: Manifest, bytes: Buffer): Promise<GitObject[]> {
  const own = files.filter(({ at }) => at.length === 2);
  return Promise.all(
    own.map(async (file) => {
      const [offset, length] = file.at;
      const content = await openSegment(file, bytes.subarray(offset, offset + length));
      return gitObject('blob', content);
    }),
  );
}
