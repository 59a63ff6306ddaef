import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseCallId } from '../../contracts/ids.js';
import { isActive } from '../../contracts/rows.js';
import type { Log } from '../../log.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { ObjectStore } from '../../objects/object-store.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { Store } from '../../store/index.js';
import type { MaintenanceActivities } from '../ports.js';
import { removeDeletedAssets, removeOrphanFolders } from './sweeps.js';

/** No run lasts this long, so an older scratch folder belongs to nobody. */
const SCRATCH_MS = 60 * 60_000;
const CANDIDATE_MS = 24 * 60 * 60_000;
/** Whoever wanted an image has fetched it long ago. */
const IMAGE_MS = 24 * 60 * 60_000;
/** No object takes this long to be stored. */
const UPLOAD_MS = 60 * 60_000;
/** What a round may spend on packing; the next one goes on. */
const PACK_BUDGET_MS = 60_000;

export interface MaintenanceDeps {
  dataDir: string;
  store: Store;
  mirror: Mirror;
  images: ActionImages;
  objects: ObjectStore;
  log: Log;
}

/** House-keeping by Schedules: nothing stays open or lies about for ever. */
export function maintenanceActivities(deps: MaintenanceDeps): MaintenanceActivities {
  return {
    async collectGarbage() {
      const scratchFolders = await removeOldScratch(path.join(deps.dataDir, 'scratch'), (name) =>
        isOfActiveJob(deps.store, name),
      );
      const candidates = await deps.mirror.removeCandidates(CANDIDATE_MS);
      const images = await deps.images.removeOld(IMAGE_MS);
      await deps.objects.removeAbandoned(UPLOAD_MS);
      const packed = await deps.mirror.packRepositories(PACK_BUDGET_MS);
      const folders = await removeOrphanFolders(deps);
      const assets = await removeDeletedAssets(deps);
      if (packed + folders + assets > 0) deps.log.info({ packed, folders, assets }, 'kept house');
      return { scratchFolders, candidates, images };
    },
  };
}

/** A clock that jumped makes a folder look old; the row knows whether its job still runs. */
async function isOfActiveJob(store: Store, name: string): Promise<boolean> {
  const jobId = parseCallId(name)?.jobId;
  const row = jobId === undefined ? null : await store.jobs.get(jobId);
  return row !== null && isActive(row.status);
}

async function removeOldScratch(
  scratchDir: string,
  isInUse: (name: string) => Promise<boolean>,
): Promise<number> {
  const entries = await readdir(scratchDir).catch(() => []);
  let removed = 0;
  for (const entry of entries) {
    const folder = path.join(scratchDir, entry);
    const info = await stat(folder).catch(() => null);
    if (!info || Date.now() - info.mtimeMs < SCRATCH_MS || (await isInUse(entry))) continue;
    await rm(folder, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
