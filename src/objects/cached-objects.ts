import { AppError } from '../contracts/base/errors.js';
import { promisedHash } from './assets.js';
import type { DiskCache } from './disk-cache.js';
import { openFile } from './file-object-store.js';
import type { ObjectStore, StoredObject } from './object-store.js';

/**
 * A store whose objects that are named by their hash are read from this machine's disk once they
 * were read (L5). The first read fetches the whole object. A cache without space is passed by.
 */
export function cachedObjects(store: ObjectStore, cache: DiskCache): ObjectStore {
  async function local(
    key: string,
    range: { first: number; last: number } | null,
  ): Promise<StoredObject | null> {
    const sha = promisedHash(key);
    const file = sha === null ? null : await cache.fileOf(key, sha).catch(fullAsNone);
    return file === null ? null : openFile(key, file, range);
  }
  const forget = async (keys: readonly string[]): Promise<void> => {
    for (const key of keys) {
      const sha = promisedHash(key);
      if (sha !== null) await cache.forget(sha);
    }
  };
  return {
    ...store,
    get: async (key) => (await local(key, null)) ?? store.get(key),
    range: async (key, first, last) =>
      (await local(key, { first, last })) ?? store.range(key, first, last),
    async delete(key, options) {
      await store.delete(key, options);
      await forget([key]);
    },
    async deleteAll(keys, options) {
      await store.deleteAll(keys, options);
      await forget(keys);
    },
  };
}

function fullAsNone(error: unknown): null {
  if (error instanceof AppError && error.kind === 'DiskFull') return null;
  throw error;
}
