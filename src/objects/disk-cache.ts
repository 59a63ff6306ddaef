import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { singleFlight } from '../concurrency.js';
import { sha256Of } from '../contracts/base/hashes.js';
import { absentAs } from '../disk/absent.js';
import { asDiskFull } from '../disk/disk-full.js';
import { writeHashed } from '../disk/hashed-file.js';
import type { ObjectStore, StoredObject } from './object-store.js';

const FOLDER = 'cache';
const MAX_BYTES = 2 * 1024 ** 3;
const TTL_MS = 7 * 24 * 60 * 60_000;
/** A run may still read what it was given this long ago: it stays, however full the cache is. */
const IN_USE_MS = 2 * 60 * 60_000;
/** The folder is walked when this share of its limit was added, or after this time. */
const WALK_SHARE = 1 / 32;
const WALK_MS = 10 * 60_000;
const HASH = /^[0-9a-f]{64}$/;

export type DiskCache = ReturnType<typeof createDiskCache>;

interface Limits {
  /** Below `DATA_DIR`. */
  readonly folder?: string;
  readonly maxBytes?: number;
  readonly ttlMs?: number;
  readonly inUseMs?: number;
}

/**
 * Objects as files of this machine: `DATA_DIR/cache/<sha256>`, with the time of the object. The
 * folder may be deleted at any moment. The least recently used files go first, beyond 2 GiB or
 * after 7 days.
 */
export function createDiskCache(
  dataDir: string,
  objects: Pick<ObjectStore, 'get'>,
  { folder: name = FOLDER, ...limits }: Limits = {},
) {
  const folder = path.join(dataDir, name);
  const room = roomKeeper(folder, limits);
  /** Files that this process has compared with their hash. */
  const known = new Set<string>();
  const once = singleFlight<string | null>();

  async function fill(key: string, sha: string, file: string): Promise<string | null> {
    const object = await objects.get(key);
    if (object === null) return null;
    const isPlaced = await place(file, sha, object).catch((error: unknown) => {
      throw asDiskFull(error, 'no space left for a cached object');
    });
    if (!isPlaced) return null;
    known.add(await stateOf(file));
    await room.took(object.sizeBytes);
    return file;
  }

  return {
    /**
     * A file with the bytes of the object, whose SHA-256 is `sha`. Null when the object is gone or
     * holds other bytes. Throws `DiskFull`.
     */
    async fileOf(key: string, sha: string): Promise<string | null> {
      if (!HASH.test(sha)) return null;
      const file = path.join(folder, sha);
      if (await isUsable(file, sha, known)) return file;
      return once(sha, () => fill(key, sha, file));
    },

    /** Removes the file of an object that was deleted. */
    forget: (sha: string): Promise<void> => rm(path.join(folder, sha), { force: true }),
  };
}

/** A damaged file counts as absent; a used one is marked as such, by its time of access. */
async function isUsable(file: string, sha: string, known: Set<string>): Promise<boolean> {
  try {
    const state = await stateOf(file);
    if (!known.has(state) && sha256Of(await readFile(file)) !== sha) return false;
    known.delete(state);
    await utimes(file, new Date(), (await stat(file)).mtime);
    known.add(await stateOf(file));
    return true;
  } catch (error) {
    return absentAs(false)(error);
  }
}

/** Changes with whatever is done to the bytes of the file. */
async function stateOf(file: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(file);
  return `${file} ${ino} ${size} ${mtimeMs}`;
}

/** False = the object holds other bytes than its hash promises. */
async function place(file: string, sha: string, object: StoredObject): Promise<boolean> {
  const draft = `${file}.${randomUUID()}.part`;
  try {
    const { sha256 } = await writeHashed(draft, object.body);
    if (sha256 !== sha) return false;
    await utimes(draft, new Date(), object.modifiedAt);
    await rename(draft, file);
    return true;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Makes room when a part of the limit was taken, not with each file. */
function roomKeeper(
  folder: string,
  { maxBytes = MAX_BYTES, ttlMs = TTL_MS, inUseMs = IN_USE_MS }: Omit<Limits, 'folder'>,
) {
  let tookBytes = Number.POSITIVE_INFINITY;
  let walkedMs = 0;
  return {
    async took(bytes: number): Promise<void> {
      tookBytes += bytes;
      const isDue = tookBytes >= maxBytes * WALK_SHARE || performance.now() - walkedMs >= WALK_MS;
      if (!isDue) return;
      tookBytes = 0;
      walkedMs = performance.now();
      await makeRoom(folder, { maxBytes, ttlMs, inUseMs });
    },
  };
}

async function makeRoom(folder: string, limits: Required<Omit<Limits, 'folder'>>): Promise<void> {
  const now = Date.now();
  const names = await readdir(folder).catch(absentAs([]));
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const info = await stat(file).catch(absentAs(null));
      return { file, bytes: info?.size ?? 0, ageMs: now - (info?.atimeMs ?? now) };
    }),
  );
  files.sort((one, other) => other.ageMs - one.ageMs);
  let bytes = files.reduce((sum, each) => sum + each.bytes, 0);
  for (const each of files) {
    if (each.ageMs < limits.inUseMs) return;
    if (each.ageMs < limits.ttlMs && bytes <= limits.maxBytes) return;
    await rm(each.file, { force: true });
    bytes -= each.bytes;
  }
}
