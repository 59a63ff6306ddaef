import { singleFlight } from '../concurrency.js';
import { idInKey } from './kept-files.js';
import { readAll, type ObjectStore } from './object-store.js';
import { removeOlder } from './project-objects.js';

const PREFIX = 's/';

export type ShareImages = ReturnType<typeof createShareImages>;

/**
 * Images that stand beside links to games, as objects `s/<projectId>/of-<sha-256>`, named by what
 * they were drawn from; the newest is the project's.
 */
export function createShareImages(objects: ObjectStore) {
  const once = singleFlight<Buffer>();
  return {
    /** Drawn once for all that ask. `source`: SHA-256 of all that it is drawn from. */
    async of(projectId: string, source: string, draw: () => Promise<Buffer>): Promise<Buffer> {
      const prefix = `${PREFIX}${idInKey(projectId)}/`;
      const key = `${prefix}of-${source}`;
      return once(key, async () => {
        const kept = await readAll(objects, key);
        if (kept) return kept;
        const bytes = await draw();
        await objects.put(key, bytes);
        await removeOlder(objects, prefix, key);
        return bytes;
      });
    },
  };
}
