import { sha256Of } from '../../contracts/base/hashes.js';
import { assertVersionPaths } from '../../domain/game/version-paths.js';
import { damaged, openSegment, readObject } from './framing.js';
import { gitObject, isPlainCommit, parseCommit, treeOid } from './git-ids.js';
import type { Manifest, ManifestFile } from './manifest.js';
import { openParcelBytes } from './parcel.js';
import { byBytes, VERSION_LIMITS } from './scan.js';

/** Segments, manifest and tail of the largest version that there may be. */
export const MAX_OBJECT_BYTES = VERSION_LIMITS.maxTotalBytes + 16 * 1024 * 1024;

/** What an object is expected to hold. */
export interface Promised {
  /** Null = it is the first of its line. */
  readonly parent: string | null;
  /** Files of the published parent as another object names them: all that it may refer to. */
  readonly parentFiles: readonly ManifestFile[];
  /**
   * For a version of another git, which may follow a commit that is no version: what its commit
   * names in place of `parent`. It may be of any size.
   */
  readonly commitParent?: string | null;
}

export interface VerifiedVersion {
  readonly manifest: Manifest;
  readonly sha: string;
  readonly bytes: Buffer;
}

/**
 * Checks every byte of an object that comes from outside (E3). Throws `CandidateRefused` for
 * whatever is not exactly a version upon `parent`: limits, paths, modes, bytes and ids of its own
 * files, places of the others, tree, commit.
 */
export async function verifyVersion(
  bytes: Buffer,
  { parent, parentFiles, commitParent }: Promised,
): Promise<VerifiedVersion> {
  const isForeign = commitParent !== undefined;
  if (bytes.length > MAX_OBJECT_BYTES && !isForeign) throw damaged('object-size');
  const { manifest, end } = await readObject(bytes);
  assertList(manifest.files, isForeign);
  assertCommit(manifest, parent, commitParent);
  const foreign = new Set(parentFiles.map(bytesKey));
  if (manifest.files.some((file) => file.at.length === 4 && !foreign.has(bytesKey(file))))
    throw damaged('foreign-place');
  for (const file of ownSegments(manifest.files, end)) await assertBytes(file, bytes);
  return { manifest, sha: sha256Of(bytes), bytes };
}

/**
 * Checks every byte of a parcel that comes from outside. Throws `CandidateRefused` for whatever is
 * not exactly that revision.
 */
export async function verifyParcel(bytes: Buffer, revision: string): Promise<void> {
  const parcel = await openParcelBytes(bytes);
  const { manifest } = parcel;
  if (manifest.revision !== revision) throw damaged('revision');
  assertList(manifest.files, true);
  const { parent } = parseCommit(Buffer.from(manifest.commit, 'base64'));
  assertCommit(manifest, manifest.parent, parent);
  for (const { path, oid } of manifest.files) {
    const file = await parcel.read(path);
    if (file === null || gitObject('blob', file).oid !== oid) throw damaged('oid');
  }
}

/** Everything about a file's bytes but its name. */
const bytesKey = ({ oid, sha, size, at }: ManifestFile): string =>
  [oid, sha, size, ...at].join(' ');

function assertList(files: readonly ManifestFile[], mayBeLarge: boolean): void {
  if (files.length > VERSION_LIMITS.maxFiles) throw damaged('too-many-files');
  let total = 0;
  for (const [place, { path, size }] of files.entries()) {
    const before = files[place - 1];
    if (before && byBytes(before.path, path) >= 0) throw damaged('order');
    if (size > VERSION_LIMITS.maxFileBytes && !mayBeLarge) throw damaged('file-too-large');
    total += size;
  }
  if (total > VERSION_LIMITS.maxTotalBytes && !mayBeLarge) throw damaged('folder-too-large');
  const names = new Set(files.map(({ path }) => path));
  assertVersionPaths([...names]);
  for (const path of names)
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1))
      if (names.has(path.slice(0, slash))) throw damaged('file-and-folder');
}

function assertCommit(
  { revision, parent, commit, files }: Manifest,
  promised: string | null,
  commitParent: string | null | undefined,
): void {
  const bytes = Buffer.from(commit, 'base64');
  const isOurs = commitParent === undefined;
  if (bytes.toString('base64') !== commit || (isOurs && !isPlainCommit(bytes)))
    throw damaged('commit');
  const read = parseCommit(bytes);
  if (gitObject('commit', bytes).oid !== revision) throw damaged('revision');
  if (read.tree !== treeOid(files)) throw damaged('tree');
  if (parent !== promised || read.parent !== (isOurs ? promised : commitParent))
    throw damaged('parent');
}

/** A file for each segment of the object: they fill it up to `end`, and none lies in another. */
function ownSegments(files: readonly ManifestFile[], end: number): ManifestFile[] {
  const segments = new Map<string, ManifestFile>();
  for (const file of files.filter(({ at }) => at.length === 2)) {
    const place = file.at.join(' ');
    const known = segments.get(place);
    if (known && bytesKey(known) !== bytesKey(file)) throw damaged('segment-place');
    segments.set(place, file);
  }
  const inOrder = [...segments.values()].sort(
    ({ at: one }, { at: other }) => one[0] - other[0] || one[1] - other[1],
  );
  let next = 0;
  for (const { at } of inOrder) {
    if (at[0] !== next) throw damaged('segment-place');
    next += at[1];
  }
  if (next !== end) throw damaged('segment-place');
  return inOrder;
}

async function assertBytes(file: ManifestFile, object: Buffer): Promise<void> {
  const [offset, length] = file.at;
  const bytes = await openSegment(file, object.subarray(offset, offset + length));
  if (gitObject('blob', bytes).oid !== file.oid) throw damaged('oid');
}
