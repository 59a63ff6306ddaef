import { sha256Of } from '../../contracts/base/hashes.js';
import { closing, MAGIC, segmentOf } from './framing.js';
import { commitBytes, gitObject, treeOid, type CommitMessage } from './git-ids.js';
import type { Manifest, ManifestFile } from './manifest.js';
import { assertPlainPath, byBytes } from './scan.js';

/** A file of a version by its bytes. */
export interface FileBytes {
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode?: ManifestFile['mode'];
}

/** A version that is to be. */
export interface VersionDraft {
  readonly parent: string | null;
  readonly message: CommitMessage;
  readonly madeAt: Date;
  /** Files that another object has: of the published parent, as it names them. */
  readonly kept: readonly ManifestFile[];
  /** Files by their bytes; they take the place of kept ones. */
  readonly files: readonly FileBytes[];
}

export interface EncodedVersion {
  readonly manifest: Manifest;
  readonly bytes: Buffer;
  /** SHA-256 of the bytes: the last part of the object's key. */
  readonly sha: string;
}

/** The page is read first and most: it lies beside the manifest. */
const LAST = 'index.html';

/**
 * Makes a version's object. `known`: what the published parent has, by which equal bytes are not
 * stored again (E2). The same draft makes the same revision, whatever compresses it. Throws
 * `CandidateRefused` for a path that leads out.
 */
export async function encodeVersion(
  { parent, message, madeAt, kept, files }: VersionDraft,
  known: readonly ManifestFile[] = kept,
): Promise<EncodedVersion> {
  for (const { path } of files) assertPlainPath(path);
  const laid = await layOut(files, kept, known);
  const commit = commitBytes({ tree: treeOid(laid.files), parent, message, madeAt });
  return sealVersion(laid.segments, { parent, commit, files: laid.files });
}

/**
 * A version's list of files, and the segments of those whose bytes are not `known`. `files` take
 * the place of kept ones.
 */
export async function layOut(
  files: readonly FileBytes[],
  kept: readonly ManifestFile[],
  known: readonly ManifestFile[],
): Promise<{ segments: Buffer[]; files: ManifestFile[] }> {
  const places = new Map(known.map(({ sha, at }) => [sha, at]));
  const list = new Map(kept.map((file) => [file.path, file]));
  const segments: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes, mode } of files.toSorted(pageLast)) {
    const sha = sha256Of(bytes);
    if (!places.has(sha)) {
      const segment = await segmentOf(bytes);
      places.set(sha, [offset, segment.length]);
      segments.push(segment);
      offset += segment.length;
    }
    const { oid } = gitObject('blob', bytes);
    const at = places.get(sha) ?? [0, 0];
    list.set(path, { path, ...(mode && { mode }), oid, sha, size: bytes.length, at });
  }
  const sorted = [...list.values()].sort((one, other) => byBytes(one.path, other.path));
  return { segments, files: sorted };
}

/** The object of a version whose commit is there already. */
export async function sealVersion(
  segments: readonly Buffer[],
  { parent, commit, files }: { parent: string | null; commit: Buffer; files: ManifestFile[] },
): Promise<EncodedVersion> {
  const manifest: Manifest = {
    v: 1,
    revision: gitObject('commit', commit).oid,
    parent,
    commit: commit.toString('base64'),
    files,
  };
  const offset = segments.reduce((sum, { length }) => sum + length, 0);
  const bytes = Buffer.concat([...segments, ...(await closing(MAGIC.object, manifest, offset))]);
  return { manifest, bytes, sha: sha256Of(bytes) };
}

const pageLast = (one: FileBytes, other: FileBytes): number =>
  Number(one.path === LAST) - Number(other.path === LAST) || byBytes(one.path, other.path);
