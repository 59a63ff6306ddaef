import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../contracts/base/errors.js';
import { isUuid } from '../../contracts/base/ids.js';
import { removeOldEntries } from '../../disk/absent.js';
import { asDiskFull } from '../../disk/disk-full.js';
import { placeFile, syncFile } from '../../disk/durable-files.js';
import { quarantine } from '../../disk/quarantine.js';
import type { AssetRow } from '../tables/assets.js';

/** Longest upload; older parts are orphaned. */
const PART_AGE_MS = 60 * 60_000;

/** A received file without an owner yet. */
export interface AssetPart {
  readonly path: string;
  readonly sizeBytes: number;
}

export type AssetFiles = ReturnType<typeof createAssetFiles>;

/**
 * Files of assets on this machine: `users/<uid>/assets/<sha256><ext>` and `assets/global/…` (E1).
 * Opening them touches nothing yet.
 */
export function createAssetFiles(dataDir: string) {
  const partsDir = path.join(dataDir, 'uploads');
  const folderOf = (userId: string): string => {
    if (!isUuid(userId)) throw new AppError('PATH_ESCAPE', 'user ids are UUIDs');
    return path.join(dataDir, 'users', userId.toLowerCase(), 'assets');
  };
  return {
    /** Receives a stream; nothing is left when it breaks off. Throws `DiskFull`. */
    receive: async (stream: Readable): Promise<AssetPart> => {
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

    /** The bytes of a part, and their SHA-256. */
    read: async (part: Pick<AssetPart, 'path'>) => {
      const bytes = await readFile(part.path);
      return { bytes, hash: createHash('sha256').update(bytes).digest('hex') };
    },

    /**
     * Makes a part the user's own file; equal bytes are one file. Returns its absolute path. Throws
     * `DiskFull`.
     */
    keep: async (
      part: Pick<AssetPart, 'path'>,
      { userId, hash, extension }: { userId: string; hash: string; extension: string },
    ): Promise<string> => {
      const file = path.join(folderOf(userId), `${hash}${extension}`);
      try {
        await move(part.path, file);
        return file;
      } catch (error) {
        throw asDiskFull(error, 'no space left for an asset');
      }
    },

    /** Removes a part, or a file that no asset uses; a repeat changes nothing. */
    discard: (file: string): Promise<void> => rm(file, { force: true }),

    /**
     * Moves a file into the quarantine (U2) unless it was written within `withinMs`, even
     * meanwhile: an upload of the same bytes puts them in its place. False = it stays.
     */
    discardOld: async (file: string, withinMs: number): Promise<boolean> =>
      // The file's path has its links resolved; the data folder's must, too.
      discardOld(await realpath(dataDir), file, withinMs),

    /**
     * The real path of an asset's file; null when its owner wrote the row himself, or it is not in
     * its owner's folder (the global one for a global asset), or no file.
     */
    locate: async ({ owner_id, is_global, is_stored, storage_path }: LocatedRow) => {
      if (!is_stored || !path.isAbsolute(storage_path) || storage_path.includes('\0')) return null;
      if (!is_global && !isUuid(owner_id)) return null;
      const folder =
        is_global || owner_id === null
          ? path.join(dataDir, 'assets', 'global')
          : folderOf(owner_id);
      // Links are resolved before the check: only the real path counts.
      const [home, file] = await Promise.all([realOrNull(folder), realOrNull(storage_path)]);
      if (home === null || file === null || !file.startsWith(home + path.sep)) return null;
      return (await stat(file)).isFile() ? file : null;
    },

    /** Removes parts of interrupted uploads; returns their number. */
    removeOldParts: (): Promise<number> => removeOldEntries(partsDir, PART_AGE_MS),
  };
}

type LocatedRow = Pick<AssetRow, 'owner_id' | 'is_global' | 'is_stored' | 'storage_path'>;

/** The file exists before the stream is read: it cannot be created after its removal. */
async function write(stream: Readable, part: string): Promise<void> {
  const file = await open(part, 'wx');
  await pipeline(stream, file.createWriteStream());
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

/** Codes of paths that name no file of ours. */
const UNREACHABLE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES'];

async function realOrNull(place: string): Promise<string | null> {
  return realpath(place).catch((error: NodeJS.ErrnoException) => {
    if (UNREACHABLE.includes(error.code ?? '')) return null;
    throw error;
  });
}
