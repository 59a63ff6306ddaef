import { LRUCache } from 'lru-cache';
import type { Mirror } from './mirror.js';

const MAX_BYTES = 64 * 1024 ** 2;
/** Larger files push too much else out. */
const MAX_FILE_BYTES = 2 * 1024 ** 2;

/**
 * The mirror that keeps the files of revisions which were read of late: reading one takes a program
 * of git's, and a revision never changes. A project whose repository is gone is read from the
 * mirror all the same, so that it is missed (E7). Bytes are shared: not to be written to.
 */
export function withReadCache(mirror: Mirror): Mirror {
  const files = new LRUCache<string, Buffer>({
    maxSize: MAX_BYTES,
    maxEntrySize: MAX_FILE_BYTES,
    sizeCalculation: (bytes) => Math.max(1, bytes.length),
  });
  return {
    ...mirror,
    async readFile(userId, projectId, revision, file) {
      const key = JSON.stringify([userId, projectId, revision, file]);
      const kept = files.get(key);
      if (kept && (await mirror.isHere(userId, projectId))) return kept;
      const bytes = await mirror.readFile(userId, projectId, revision, file);
      if (bytes) files.set(key, bytes);
      return bytes;
    },
  };
}
