import { createHash, randomUUID } from 'node:crypto';
import {
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../contracts/errors.js';
import { isUuid } from '../../contracts/ids.js';
import { asDiskFull } from '../../disk/disk-full.js';
import { placeFile, syncFile } from '../../disk/durable-files.js';
import { quarantine } from '../../disk/quarantine.js';
import type { AssetRow } from '../tables/assets.js';

/** What an upload may at most take, so that parts older than this belong to nobody. */
const PART_AGE_MS = 60 * 60_000;

/** A file that has arrived and belongs to nobody yet. */
export interface AssetPart {
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * Files of assets on this machine: `users/<uid>/assets/<sha256><ext>` and `assets/global/…` (E1).
 */
export interface AssetFiles {
  /** Takes a stream in; nothing is left when it breaks off. Throws `DiskFull`. */
  receive(stream: Readable): Promise<AssetPart>;
  /** The bytes of a part, and their SHA-256. */
  read(part: Pick<AssetPart, 'path'>): Promise<{ bytes: Buffer; hash: string }>;
  /**
   * Makes a part the user's own file; equal bytes are one file. Answers its absolute path. Throws
   * `DiskFull`.
   */
  keep(
    part: Pick<AssetPart, 'path'>,
    file: { userId: string; hash: string; extension: string },
  ): Promise<string>;
  /** Removes a part, or a file that no asset uses; nothing there is fine. */
  discard(file: string): Promise<void>;
  /**
   * Moves a file into the quarantine (U2) unless it was written within `withinMs`, even meanwhile:
   * an upload of the same bytes puts them in its place. False = it stays.
   */
  discardOld(file: string, withinMs: number): Promise<boolean>;
  /**
   * Where the file of an asset really lies; null when its owner wrote the row himself, or that is
   * not its owner's folder (the global one for a global asset), or no file.
   */
  locate(
    asset: Pick<AssetRow, 'owner_id' | 'is_global' | 'is_stored' | 'storage_path'>,
  ): Promise<string | null>;
  /** Removes what uploads have left that were killed; answers how many. */
  removeOldParts(olderThanMs?: number): Promise<number>;
}

/** The file is there before the stream is read: it cannot be made after somebody removed it. */
async function write(stream: Readable, part: string): Promise<void> {
  const file = await open(part, 'wx');
  await pipeline(stream, file.createWriteStream());
}

/** Opens the files under the data folder; touches nothing yet. */
export function createAssetFiles(dataDir: string): AssetFiles {
  const partsDir = path.join(dataDir, 'uploads');
  const folderOf = (userId: string): string => {
    if (!isUuid(userId)) throw new AppError('PATH_ESCAPE', 'user ids are UUIDs');
    return path.join(dataDir, 'users', userId.toLowerCase(), 'assets');
  };
  return {
    async receive(stream) {
      const part = path.join(partsDir, randomUUID());
      try {
        await mkdir(partsDir, { recursive: true });
        await write(stream, part);
        return { path: part, sizeBytes: (await stat(part)).size };
      } catch (error) {
        await rm(part, { force: true });
        throw asDiskFull(error, 'no space left for an asset');
      }
    },

    async read(part) {
      const bytes = await readFile(part.path);
      return { bytes, hash: createHash('sha256').update(bytes).digest('hex') };
    },

    async keep(part, { userId, hash, extension }) {
      const file = path.join(folderOf(userId), `${hash}${extension}`);
      try {
        await move(part.path, file);
        return file;
      } catch (error) {
        throw asDiskFull(error, 'no space left for an asset');
      }
    },

    discard: (file) => rm(file, { force: true }),

    // Where a file really lies says nothing about how the data folder is called.
    discardOld: async (file, withinMs) => discardOld(await realpath(dataDir), file, withinMs),

    async locate({ owner_id, is_global, is_stored, storage_path }) {
      if (!is_stored || !path.isAbsolute(storage_path) || storage_path.includes('\0')) return null;
      if (!is_global && !isUuid(owner_id)) return null;
      const folder =
        is_global || owner_id === null
          ? path.join(dataDir, 'assets', 'global')
          : folderOf(owner_id);
      // Links are followed before they are judged: only where a file really lies counts.
      const [home, file] = await Promise.all([realOrNull(folder), realOrNull(storage_path)]);
      if (home === null || file === null || !file.startsWith(home + path.sep)) return null;
      return (await stat(file)).isFile() ? file : null;
    },

    async removeOldParts(olderThanMs = PART_AGE_MS) {
      let removed = 0;
      for (const name of await readdir(partsDir).catch(() => [])) {
        const part = path.join(partsDir, name);
        const age = await stat(part).then(
          ({ mtimeMs }) => Date.now() - mtimeMs,
          () => 0,
        );
        if (age < olderThanMs) continue;
        await rm(part, { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}

async function discardOld(dataDir: string, file: string, withinMs: number): Promise<boolean> {
  const isOld = async (place: string): Promise<boolean> =>
    Date.now() - (await stat(place)).mtimeMs >= withinMs;
  if (!(await isOld(file))) return false;
  const removed = await quarantine(dataDir, file);
  if (removed === null || (await isOld(removed))) return true;
  await rename(removed, file);
  return false;
}

/** Complete or not at all, also onto another disk. */
async function move(from: string, to: string): Promise<void> {
  try {
    await syncFile(from);
    await placeFile(from, to);
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
  }
  const draft = path.join(path.dirname(to), `.${randomUUID()}.part`);
  try {
    await copyFile(from, draft);
    await syncFile(draft);
    await placeFile(draft, to);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function realOrNull(place: string): Promise<string | null> {
  try {
    return await realpath(place);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (
      code === 'ENOENT' ||
      code === 'ENOTDIR' ||
      code === 'ELOOP' ||
      code === 'ENAMETOOLONG' ||
      code === 'EACCES'
    )
      return null;
    throw error;
  }
}
