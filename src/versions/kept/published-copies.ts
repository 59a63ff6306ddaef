import { LRUCache } from 'lru-cache';
import { sha256Of } from '../../contracts/base/hashes.js';
import { AppError } from '../../contracts/base/errors.js';
import { idInKey } from '../../objects/kept-files.js';
import { infoOf, listAll, readBytes, type ObjectStore } from '../../objects/object-store.js';
import { layOut } from '../format/encode.js';
import { Revision } from '../format/manifest.js';
import { encodeParcel, openParcel, type Parcel } from '../format/parcel.js';

/** Copies whose lists of files stay in memory. */
const OPENED = 500;

/** One file of a published game: its place inside the copy, and its bytes. */
export interface PublishedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface ServedFile {
  readonly bytes: Buffer;
  /** SHA-256 of the bytes. */
  readonly sha: string;
  readonly changedAt: Date;
  /** {@link hashOfFiles} of the copy that it is a file of. */
  readonly contentHash: string;
}

export type PublishedCopies = ReturnType<typeof createPublishedCopies>;

/** One hash for all files of a game, whatever their order. */
export function hashOfFiles(files: readonly PublishedFile[]): string {
  return hashOfList(files.map(({ path, bytes }) => ({ path, oid: sha256Of(bytes) })));
}

/** One hash for a list of files whose bytes have one each, whatever their order. */
export function hashOfList(files: readonly { readonly path: string; readonly oid: string }[]) {
  const lines = files.map(({ path, oid }) => `${oid}  ${path}\n`).sort();
  return sha256Of(lines.join(''));
}

/**
 * What players get of published games, apart from the versions: a parcel
 * `g/<gameId>/<revision>` each.
 */
export function createPublishedCopies(objects: ObjectStore) {
  const opened = new LRUCache<string, OpenCopy>({ max: OPENED });
  return {
    /** Stores the files as that revision's copy, in place of an earlier one. Throws `DiskFull`. */
    write: async (gameId: string, revision: string, files: readonly PublishedFile[]) =>
      objects.put(copyKey(gameId, revision), await encodeCopy(revision, files)),

    /** The files of a copy; empty when there is none. */
    list: async (gameId: string, revision: string): Promise<string[]> => {
      const copy = await openCopy(objects, copyKey(gameId, revision));
      return copy === null ? [] : copy.parcel.manifest.files.map(({ path }) => path);
    },

    /** Null when there is no such file, or no such copy. */
    read: async (gameId: string, revision: string, path: string) =>
      readFile(objects, opened, copyKey(gameId, revision), path),

    /**
     * Removes every copy of a game except the given revision's; null = every copy. An operator can
     * restore them (U2).
     */
    keepOnly: async (gameId: string, revision: string | null): Promise<void> => {
      const kept = revision === null ? null : copyKey(gameId, revision);
      const keys: string[] = [];
      for await (const { key } of listAll(objects, gamePrefix(gameId)))
        if (key !== kept) keys.push(key);
      await objects.deleteAll(keys, { canReturn: true });
    },
  };
}

const gamePrefix = (gameId: string): string => `g/${idInKey(gameId)}/`;

/** The key of a published copy. */
export function copyKey(gameId: string, revision: string): string {
  if (!Revision.safeParse(revision).success)
    throw new AppError('PATH_ESCAPE', 'revisions are full hashes');
  return `${gamePrefix(gameId)}${revision}`;
}

async function encodeCopy(revision: string, given: readonly PublishedFile[]): Promise<Buffer> {
  const files = given.map(({ path, bytes }) => ({ path, bytes: Buffer.from(bytes) }));
  const laid = await layOut(files, [], []);
  const segments = Buffer.concat(laid.segments);
  // What is published is no commit: its texts lead to other addresses than the version's.
  const manifest = { v: 1, revision, parent: null, commit: '', files: laid.files } as const;
  return encodeParcel(manifest, async ({ at: [offset, length] }) =>
    segments.subarray(offset, offset + length),
  );
}

interface OpenCopy extends Pick<ServedFile, 'changedAt' | 'contentHash'> {
  readonly parcel: Parcel;
}

/** The copy that was opened is not the one that is stored now. */
class Replaced extends Error {}

/** Null when there is none. */
async function openCopy(objects: ObjectStore, key: string): Promise<OpenCopy | null> {
  const object = await infoOf(objects, key);
  if (object === null) return null;
  const { sizeBytes, modifiedAt: changedAt } = object;
  const parcel = await openParcel(sizeBytes, async (offset, length) => {
    if (length === 0) return Buffer.alloc(0);
    const part = await objects.range(key, offset, offset + length - 1).catch(asReplaced);
    const isSame =
      part?.sizeBytes === sizeBytes && part.modifiedAt.getTime() === changedAt.getTime();
    if (part && isSame) return readBytes(part);
    part?.body.destroy();
    throw new Replaced();
  });
  const contents = parcel.manifest.files.map(({ path, sha }) => ({ path, oid: sha }));
  return { parcel, changedAt, contentHash: hashOfList(contents) };
}

/** A range beyond the end: another copy is shorter. */
function asReplaced(error: unknown): never {
  throw error instanceof RangeError ? new Replaced() : error;
}

async function readFile(
  objects: ObjectStore,
  opened: LRUCache<string, OpenCopy>,
  key: string,
  path: string,
): Promise<ServedFile | null> {
  try {
    const copy = opened.get(key) ?? (await openCopy(objects, key));
    if (copy === null) return null;
    opened.set(key, copy);
    const { parcel, changedAt, contentHash } = copy;
    const bytes = await parcel.read(path);
    const sha = parcel.manifest.files.find((file) => file.path === path)?.sha;
    return bytes === null || sha === undefined ? null : { bytes, sha, changedAt, contentHash };
  } catch (error) {
    if (!(error instanceof Replaced)) throw error;
    // Published anew meanwhile, or taken down: opening it again finds out.
    opened.delete(key);
    return readFile(objects, opened, key, path);
  }
}
