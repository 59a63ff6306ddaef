import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sha256Of } from '../contracts/base/hashes.js';
import { absentAs } from '../disk/absent.js';
import { asDiskFull } from '../disk/disk-full.js';
import { readAll, type ObjectStore } from './object-store.js';

const MAX_BYTES = 2 * 1024 ** 3;
const TTL_MS = 7 * 24 * 60 * 60_000;
/** A run may still read what it was given this long ago: it stays, however full the cache is. */
const IN_USE_MS = 2 * 60 * 60_000;
const HASH = /^[0-9a-f]{64}$/;

export type DiskCache = ReturnType<typeof createDiskCache>;

interface Limits {
  readonly maxBytes?: number;
  readonly ttlMs?: number;
  readonly inUseMs?: number;
}

/**
 * Objects as files of this machine, for programs that read files: `DATA_DIR/cache/<sha256>`. The
 * folder may be deleted at any moment. The least recently used files go first, beyond 2 GiB or
 * after 7 days.
 */
export function createDiskCache(
  dataDir: string,
  objects: ObjectStore,
  { maxBytes = MAX_BYTES, ttlMs = TTL_MS, inUseMs = IN_USE_MS }: Limits = {},
) {
  const folder = path.join(dataDir, 'cache');
  /** Files that this process has compared with their hash. */
  const known = new Set<string>();
  return {
    /**
     * A file with the bytes of the object, whose SHA-256 is `sha`. Null when the object is gone or
     * holds other bytes. Throws `DiskFull`.
     */
    async fileOf(key: string, sha: string): Promise<string | null> {
      if (!HASH.test(sha)) return null;
      const file = path.join(folder, sha);
      if (await isUsable(file, sha, known)) return file;
      const bytes = await readAll(objects, key);
      if (bytes === null || sha256Of(bytes) !== sha) return null;
      try {
        await place(file, bytes);
      } catch (error) {
        throw asDiskFull(error, 'no space left for a cached object');
      }
      known.add(await stateOf(file));
      await makeRoom(folder, { maxBytes, ttlMs, inUseMs });
      return file;
    },
  };
}

/** A damaged file counts as absent; a used one is marked as such. */
async function isUsable(file: string, sha: string, known: Set<string>): Promise<boolean> {
  try {
    const state = await stateOf(file);
    if (!known.has(state) && sha256Of(await readFile(file)) !== sha) return false;
    known.delete(state);
    const now = new Date();
    await utimes(file, now, now);
    known.add(await stateOf(file));
    return true;
  } catch (error) {
    return absentAs(false)(error);
  }
}

/** Changes with whatever is done to the file. */
async function stateOf(file: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(file);
  return `${file} ${ino} ${size} ${mtimeMs}`;
}

async function place(file: string, bytes: Buffer): Promise<void> {
  const draft = `${file}.${randomUUID()}.part`;
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(draft, bytes, { mode: 0o600 });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

async function makeRoom(folder: string, limits: Required<Limits>): Promise<void> {
  const now = Date.now();
  const names = await readdir(folder).catch(absentAs([]));
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const info = await stat(file).catch(absentAs(null));
      return { file, bytes: info?.size ?? 0, ageMs: now - (info?.mtimeMs ?? now) };
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
