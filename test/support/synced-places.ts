import { readlinkSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { vi } from 'vitest';

/** A file or folder that this process has synced, and how it was at that moment. */
export interface SyncedPlace {
  readonly place: string;
  readonly sizeBytes: number;
  readonly isFolder: boolean;
}

/**
 * Tells `onSync` of every file and folder that this process syncs from now on, in order; it is
 * synced all the same. Ends with `vi.restoreAllMocks()`. `place` is any path that can be opened.
 */
export async function watchSyncs(
  place: string,
  onSync: (synced: SyncedPlace) => void,
): Promise<void> {
  const handle = await open(place);
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  // oxlint-disable-next-line typescript/unbound-method -- called with its own this below
  const sync = prototype.sync;
  vi.spyOn(prototype, 'sync').mockImplementation(function (this: typeof handle) {
    const synced = readlinkSync(`/proc/self/fd/${this.fd}`);
    const stats = statSync(synced);
    onSync({ place: synced, sizeBytes: stats.size, isFolder: stats.isDirectory() });
    return sync.call(this);
  });
}
