import { randomUUID } from 'node:crypto';
import type { Log } from '../../../telemetry/log.js';
import type { PublishedCopies } from '../../../versions/kept/published-copies.js';
import type { Versions } from '../../../versions/kept/versions.js';
import type { ObjectStore } from '../../../objects/object-store.js';
import { heldSince } from '../../../objects/unverified.js';
import type { PlayRecords } from '../../../objects/play-records.js';
import type { Recordings } from '../../../objects/recordings.js';
import type { ActionImages } from '../../../objects/action-images.js';
import { KEEP_REMOVED_MS } from '../../../contracts/base/retention.js';
import { emptyQuarantine } from '../../../disk/quarantine.js';
import { removeOldImports } from '../../../store/files/imports.js';
import type { Store } from '../../../store/index.js';
import type { MaintenanceActivities } from '../../ports/delete-ports.js';
import { raiseWhile, type Alerts } from '../../../store/alerts.js';
import { noteEarlierContents } from '../publishing/publishing.js';
import { removeOldPlays, removeOrphans, removeUnnamedAssets, removeUnpublished } from './sweeps.js';

/** Images of actions are fetched within minutes. */
const IMAGE_MS = 24 * 60 * 60_000;
/** No object takes this long to be stored. */
const UPLOAD_MS = 60 * 60_000;
/** What a round may spend on erasing; the next one goes on. */
const BUDGET_MS = 30_000;
/** As long as a round may last. */
const LEASE_MS = 5 * 60_000;

export interface MaintenanceDeps {
  dataDir: string;
  store: Store;
  versions: Versions;
  images: ActionImages;
  records: PlayRecords;
  copies: PublishedCopies;
  objects: ObjectStore;
  recordings: Pick<Recordings, 'removeOld'>;
  alerts: Alerts;
  log: Log;
}

/** House-keeping by Schedules: nothing stays open or lies about for ever. */
export function maintenanceActivities(deps: MaintenanceDeps): MaintenanceActivities {
  return {
    async collectGarbage() {
      const { leases } = deps.store;
      const holder = randomUUID();
      if (!(await leases.take('sweep', holder, LEASE_MS))) return { candidates: 0, images: 0 };
      try {
        return (await isHeld(deps)) ? { candidates: 0, images: 0 } : await keepHouse(deps);
      } finally {
        await leases.take('sweep', holder, 0);
      }
    },
  };
}

/** After a restore nothing is swept, and nothing erased, until rows and objects were compared. */
async function isHeld({ objects, alerts }: MaintenanceDeps): Promise<boolean> {
  const since = await heldSince(objects);
  await raiseWhile(since !== null, alerts, {
    kind: 'sweepStopped',
    key: 'restore',
    level: 'warn',
    message:
      'the store may be of another age than the database: nothing is swept until npx dreamcore ' +
      'verify is clean',
    details: { since: since?.toISOString() ?? null },
  });
  return since !== null;
}

async function keepHouse(deps: MaintenanceDeps): Promise<{ candidates: number; images: number }> {
  const images = await deps.images.removeOld(IMAGE_MS);
  await deps.records.removeOld(KEEP_REMOVED_MS);
  await deps.objects.removeAbandoned(UPLOAD_MS);
  await deps.recordings.removeOld(KEEP_REMOVED_MS);
  await removeOldImports(deps.dataDir, KEEP_REMOVED_MS);
  const orphans = await removeOrphans(deps);
  const candidates = await removeUnpublished(deps);
  const assets = await removeUnnamedAssets(deps);
  const plays = await removeOldPlays(deps);
  await noteEarlierContents(deps);
  const eraseUntilMs = performance.now() + BUDGET_MS;
  const mayGoOn = (): boolean => performance.now() < eraseUntilMs;
  const erased = await emptyQuarantine(deps.dataDir, KEEP_REMOVED_MS, mayGoOn);
  if (orphans + candidates + assets + plays + erased > 0)
    deps.log.info({ orphans, candidates, assets, plays, erased }, 'kept house');
  return { candidates, images };
}
