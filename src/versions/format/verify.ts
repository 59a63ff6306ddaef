import { assertVersionPaths } from '../../domain/game/version-paths.js';
import {
  damaged,
  MAGIC,
  openSegment,
  readManifest,
  readTail,
  sha256Of,
  TAIL_BYTES,
} from './framing.js';
import { gitObject, parseCommit, treeOid } from './git-ids.js';
import type { Manifest, ManifestFile } from './manifest.js';
import { openParcel } from './parcel.js';
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
 * Checks every byte of an object that comes from outside (E3'). Throws `CandidateRefused` for
 * whatever is not exactly a version upon `parent`: limits, paths, modes, bytes and ids of its own
 * files, places of the others, tree, commit.
 */
export async function verifyVersion(
  bytes: Buffer,
  { parent, parentFiles, commitParent }: Promised,
): Promise<VerifiedVersion> {
  const isForeign = commitParent !== undefined;
  if (bytes.length > MAX_OBJECT_BYTES && !isForeign) throw damaged('object-size');
  const tail = readTail(MAGIC.object, bytes.subarray(-TAIL_BYTES), bytes.length);
  const manifest = await readManifest(bytes.subarray(tail.offset, tail.offset + tail.length));
  assertList(manifest.files, isForeign);
  assertCommit(manifest, parent, isForeign ? commitParent : parent);
  const foreign = new Set(parentFiles.map(bytesKey));
  const seen = new Map<string, string>();
  for (const file of manifest.files) {
    if (file.at.length === 4) {
      if (!foreign.has(bytesKey(file))) throw damaged('foreign-place');
      continue;
    }
    await assertOwn(file, bytes, tail.offset, seen);
  }
  return { manifest, sha: sha256Of(bytes), bytes };
}

/**
 * Checks every byte of a parcel that comes from outside. Throws `CandidateRefused` for whatever is
 * not exactly that revision.
 */
export async function verifyParcel(bytes: Buffer, revision: string): Promise<void> {
  const read = async (at: number, length: number) => bytes.subarray(at, at + length);
  const parcel = await openParcel(bytes.length, read);
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
function bytesKey({ oid, sha, size, at }: ManifestFile): string {
  return [oid, sha, size, ...at].join(' ');
}

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
  for (const path of names)
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1))
      if (names.has(path.slice(0, slash))) throw damaged('file-and-folder');
  assertVersionPaths([...names]);
}

function assertCommit(
  { revision, parent, commit, files }: Manifest,
  promised: string | null,
  commitParent: string | null,
): void {
  const bytes = Buffer.from(commit, 'base64');
  const read = parseCommit(bytes);
  if (gitObject('commit', bytes).oid !== revision) throw damaged('revision');
  if (read.tree !== treeOid(files)) throw damaged('tree');
  if (parent !== promised || read.parent !== commitParent) throw damaged('parent');
}

async function assertOwn(
  file: ManifestFile,
  object: Buffer,
  endOfSegments: number,
  seen: Map<string, string>,
): Promise<void> {
  const [offset, length] = file.at;
  if (offset + length > endOfSegments) throw damaged('segment-place');
  const key = bytesKey(file);
  const segment = `${offset} ${length}`;
  const known = seen.get(segment);
  if (known === key) return;
  if (known !== undefined) throw damaged('segment-place');
  seen.set(segment, key);
  const bytes = await openSegment(file, object.subarray(offset, offset + length));
  if (gitObject('blob', bytes).oid !== file.oid) throw damaged('oid');
}
