import { createReadStream } from 'node:fs';
import path from 'node:path';
import { sha256Of } from '../contracts/base/hashes.js';
import { AppError } from '../contracts/base/errors.js';
import { isUuid } from '../contracts/base/ids.js';
import { idInKey } from './kept-files.js';
import { infoOf, readAll, type ObjectStore } from './object-store.js';

const PREFIX = 'a/';
/** In the place of an owner: assets of everybody. */
const EVERYBODY = 'global';
/** `<sha256><ext>`: equal names are equal bytes. */
const NAME = /^([0-9a-f]{64})(\.[a-z0-9]{1,8})?$/;

/** `details.reason` of bytes that do not match their name. */
const DAMAGED = 'asset-damaged';

export type Assets = ReturnType<typeof createAssets>;

/** Row of an asset, as far as it leads to its object. */
interface AssetPlace {
  readonly owner_id: string | null;
  readonly is_global: boolean | null;
  /** False for a row that its owner wrote. */
  readonly is_stored: boolean;
  readonly storage_path: string;
}

/**
 * Files of assets, as objects `a/<owner>/<id>/<sha256><ext>`. No two uploads share a key, so that
 * an object that is removed is never one that comes back.
 */
export function createAssets(objects: ObjectStore) {
  return {
    /** Stores a file. Returns its key, which the row names. Throws `DiskFull`. */
    keepFile: async (file: string, asset: NewAssetObject): Promise<string> => {
      const key = assetKey(asset);
      // It may fail before the store reads it, which then throws the failure.
      const body = createReadStream(file);
      body.on('error', () => undefined);
      await objects.put(key, body);
      return key;
    },

    /** All bytes under a key; null when they are gone. */
    read: (key: string) => readAll(objects, key),

    /** The same. Throws `OPERATION_FAILED` ({@link isDamage}) when they do not match their name. */
    readChecked: async (key: string): Promise<Buffer | null> => {
      const bytes = await readAll(objects, key);
      if (bytes !== null) assertContent(key, bytes);
      return bytes;
    },

    /** Null when there is no object. */
    sizeOf: async (key: string): Promise<number | null> =>
      (await infoOf(objects, key))?.sizeBytes ?? null,

    remove: (key: string): Promise<void> => objects.delete(key),
  };
}

export interface NewAssetObject {
  /** Null = everybody's. */
  readonly ownerId: string | null;
  /** Of the row or of the upload: a UUID that no other asset of the owner has. */
  readonly id: string;
  /** SHA-256 of the bytes, 64 hex digits. */
  readonly hash: string;
  /** With its dot; one that a key cannot have is left out. */
  readonly extension: string;
}

export function assetKey({ ownerId, id, hash, extension }: NewAssetObject): string {
  const named = `${hash}${extension.toLowerCase()}`;
  return `${ownerPrefix(ownerId)}${idInKey(id)}/${isAssetName(named) ? named : hash}`;
}

/**
 * Key of a row's object. Null when its owner wrote the row himself, or it names no object of its
 * owner (of everybody, for a global one).
 */
export function assetKeyOf(row: AssetPlace): string | null {
  const { owner_id: ownerId, is_global: isGlobal, is_stored: isStored, storage_path: key } = row;
  if (!isStored || !(isGlobal === true || isUuid(ownerId))) return null;
  const prefix = ownerPrefix(isGlobal === true ? null : ownerId);
  const [id, name = '', ...rest] = key.slice(prefix.length).split('/');
  const isOwn = key.startsWith(prefix) && isUuid(id) && rest.length === 0;
  return isOwn && isAssetName(name) ? key : null;
}

/** `<sha256><ext>` of a key, which is the file's name on a Volume. */
export const assetNameOf = (key: string): string => path.posix.basename(key);

/** The SHA-256 that a name or a key promises; null for another name. */
export function promisedHash(key: string): string | null {
  return NAME.exec(assetNameOf(key))?.[1] ?? null;
}

/** True for a name that content could have. */
export const isAssetName = (name: string): boolean => NAME.test(name);

function assertContent(key: string, bytes: Uint8Array): void {
  if (sha256Of(bytes) === promisedHash(key)) return;
  const message = `${assetNameOf(key)} holds other bytes than its name says`;
  throw new AppError('OPERATION_FAILED', message, { reason: DAMAGED });
}

export const isDamage = (error: unknown): boolean =>
  error instanceof AppError && error.details['reason'] === DAMAGED;

function ownerPrefix(ownerId: string | null): string {
  return `${PREFIX}${ownerId === null ? EVERYBODY : idInKey(ownerId)}/`;
}
