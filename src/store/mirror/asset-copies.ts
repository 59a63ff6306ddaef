import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/base/errors.js';
import { asDiskFull } from '../../disk/disk-full.js';
import { keepFile } from '../../disk/durable-files.js';

/** `<sha256><ext>`: an asset is named by its content, so equal names are equal bytes. */
const ASSET_NAME = /^([0-9a-f]{64})(\.[a-z0-9]{1,8})?$/;

/** `details.reason` of bytes that do not match their name. */
export const DAMAGED = 'asset-damaged';

export interface AssetFile {
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * A user's assets beside his repositories. Names are `<sha256><ext>`; everything else in the folder
 * is not looked at.
 */
export interface MirrorAssets {
  list(userId: string): Promise<AssetFile[]>;
  /** Throws `FILE_NOT_FOUND`; `OPERATION_FAILED` when the bytes do not match the name. */
  read(userId: string, name: string): Promise<Buffer>;
  /**
   * Complete or not at all. Throws `OPERATION_FAILED` when the bytes do not match the name,
   * `DiskFull`.
   */
  write(userId: string, name: string, bytes: Uint8Array): Promise<void>;
}

/** True for a name that content could have. */
export function isAssetName(name: string): boolean {
  return ASSET_NAME.test(name);
}

/** Throws `OPERATION_FAILED` unless the bytes match the name. */
export function assertContent(name: string, bytes: Uint8Array): void {
  const promised = ASSET_NAME.exec(name)?.[1];
  if (promised === undefined) throw new AppError('PATH_ESCAPE', 'not the name of an asset');
  if (createHash('sha256').update(bytes).digest('hex') !== promised) {
    throw new AppError('OPERATION_FAILED', `${name} holds other bytes than its name says`, {
      reason: DAMAGED,
    });
  }
}

/** `folderOf` answers the assets folder of a user and refuses what is no id. */
export function mirrorAssets(folderOf: (userId: string) => string): MirrorAssets {
  return {
    async list(userId) {
      const folder = folderOf(userId);
      const names = (await readdir(folder).catch(nothingThere)).filter(isAssetName).sort();
      return Promise.all(
        names.map(async (name) => ({
          name,
          sizeBytes: (await stat(path.join(folder, name))).size,
        })),
      );
    },

    async read(userId, name) {
      if (!isAssetName(name)) throw new AppError('PATH_ESCAPE', 'not the name of an asset');
      const bytes = await readFile(path.join(folderOf(userId), name)).catch(
        (error: NodeJS.ErrnoException) => {
          throw error.code === 'ENOENT' ? new AppError('FILE_NOT_FOUND', 'no such asset') : error;
        },
      );
      assertContent(name, bytes);
      return bytes;
    },

    async write(userId, name, bytes) {
      assertContent(name, bytes);
      const file = path.join(folderOf(userId), name);
      try {
        await keepFile(file, bytes);
      } catch (error) {
        throw asDiskFull(error, 'no space left for an asset');
      }
    },
  };
}

function nothingThere(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
