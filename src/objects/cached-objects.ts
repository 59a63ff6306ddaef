import { AppError } from '../contracts/base/errors.js';
import { promisedHash } from './assets.js';
import type { DiskCache } from './disk-cache.js';
import { openFile } from './file-object-store.js';
import type { ObjectStore, StoredObject } from './object-store.js';

/**
 * A store whose objects that are named by their hash are read from this machine's disk once they
 * were read (L5). The first read fetches the whole object; one that holds other bytes than its name
 * promises counts as absent (E3). A cache without space is passed by.
 */
export function cachedObjects(store: ObjectStore, cache: DiskCache): ObjectStore {
  async function read(
    key: string,
    range: { first: number; last: number } | null,
    direct: () => Promise<StoredObject | null>,
  ): Promise<StoredObject | null> {
    const sha = promisedHash(key);
    if (sha === null) return direct();
    const file = await cache.fileOf(key, sha).catch(fullAsUndefined);
    if (file === null) return null;
    // The folder may be deleted at any moment.
    return (file && (await openFile(key, file, range))) || direct();
  }
  const forget = async (keys: readonly string[]): Promise<void> => {
    for (const key of keys) {
      const sha = promisedHash(key);
      if (sha !== null) await cache.forget(sha);
    }
  };
  return {
    ...store,
    get: (key) => read(key, null, () => store.get(key)),
    range: (key, first, last) => read(key, { first, last }, () => store.range(key, first, last)),
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

function fullAsUndefined(error: unknown): undefined {
  if (error instanceof AppError && error.kind === 'DiskFull') return undefined;
  throw error;
}
