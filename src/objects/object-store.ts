import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../contracts/base/errors.js';

/** A key in bytes, a part of it between slashes in bytes. */
const MAX_KEY_LENGTH = 512;
const MAX_PART_LENGTH = 128;
const PART = /^[a-z0-9][a-z0-9._-]*$/;
/** Objects of one page of `list`. */
export const LIST_PAGE = 1_000;

export interface ObjectInfo {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/** An object that is being read. `body` must be read to its end or destroyed. */
export interface StoredObject extends ObjectInfo {
  readonly body: Readable;
}

export interface ObjectPage {
  /** In key order: the order of their bytes. */
  readonly objects: readonly ObjectInfo[];
  /** Continues the list as `after`; null = this was the last page. */
  readonly next: string | null;
}

/**
 * Bytes under keys, whole or absent. Every operation throws `PATH_ESCAPE` for an invalid key (see
 * {@link validKey}). A key must not also be the folder of other keys.
 */
export interface ObjectStore {
  /**
   * Stores the bytes under the key, in place of earlier ones. A reader sees the old object or the
   * new one, and when `put` has returned the object survives a power cut. Nothing is left of a
   * body that breaks off. Throws `DiskFull`.
   */
  put(key: string, body: Uint8Array | Readable): Promise<void>;
  /** The object; null when there is none. A later `put` or `delete` does not disturb the body. */
  get(key: string): Promise<StoredObject | null>;
  /**
   * The bytes `first` to `last`, both included, as in HTTP; `last` beyond the end is the end.
   * `sizeBytes` is that of the whole object. Throws RangeError when `first` is not in the object.
   */
  range(key: string, first: number, last: number): Promise<StoredObject | null>;
  /**
   * Objects whose keys start with `prefix` (a folder with its slash, or empty), after the key
   * `after`, at most `limit` (at most {@link LIST_PAGE}) of them.
   */
  list(prefix: string, options?: { after?: string | null; limit?: number }): Promise<ObjectPage>;
  /**
   * Removes the object; one that is absent is removed already. With `canReturn` an operator can
   * bring it back for `KEEP_REMOVED_DAYS` (U2).
   */
  delete(key: string, options?: { canReturn?: boolean }): Promise<void>;
  /** As {@link delete} for any number of keys; after an error some may be left. */
  deleteAll(keys: readonly string[], options?: { canReturn?: boolean }): Promise<void>;
  /**
   * Brings back what deletes that can return took from a key, or from below a folder with its
   * slash, the last of each; what is there stays. Returns how many.
   */
  bringBack(place: string): Promise<number>;
  /** Removes what interrupted puts left more than `olderThanMs` ago. Returns how many. */
  removeAbandoned(olderThanMs: number): Promise<number>;
}

/**
 * Returns the key. Throws `PATH_ESCAPE` unless it consists of parts of `a-z 0-9 . _ -` that start
 * with a letter or digit, joined by single slashes. Upper case is refused so that disks that
 * ignore case keep the same promises.
 */
export function validKey(key: string): string {
  if (!isValidKey(key)) throw new AppError('PATH_ESCAPE', 'not a key of an object');
  return key;
}

export function isValidKey(key: string): boolean {
  return (
    key.length <= MAX_KEY_LENGTH &&
    key.split('/').every((part) => part.length <= MAX_PART_LENGTH && PART.test(part))
  );
}

/** Returns the prefix of a list. Throws `PATH_ESCAPE` unless it is empty or a key and a slash. */
export function validPrefix(prefix: string): string {
  if (prefix === '') return prefix;
  if (!prefix.endsWith('/')) throw new AppError('PATH_ESCAPE', 'not a folder of objects');
  validKey(prefix.slice(0, -1));
  return prefix;
}

/** What is known of an object; null when there is none. Of its bytes one at most is read. */
export async function infoOf(
  store: Pick<ObjectStore, 'get' | 'range'>,
  key: string,
): Promise<ObjectInfo | null> {
  const object = await store.range(key, 0, 0).catch((error: unknown) => {
    // An empty object has no first byte.
    if (error instanceof RangeError) return store.get(key);
    throw error;
  });
  if (object === null) return null;
  const { body, ...info } = object;
  await buffer(body);
  return info;
}

/** All bytes of an object. */
export const readBytes = ({ body }: StoredObject): Promise<Buffer> => buffer(body);

/** All bytes under a key; null when there is no such object. */
export async function readAll(store: ObjectStore, key: string): Promise<Buffer | null> {
  const object = await store.get(key);
  return object && readBytes(object);
}

/** All objects below a prefix, in key order, page by page. */
export async function* listAll(store: ObjectStore, prefix: string): AsyncGenerator<ObjectInfo> {
  let after: string | null = null;
  do {
    const page: ObjectPage = await store.list(prefix, { after });
    yield* page.objects;
    after = page.next;
  } while (after !== null);
}
