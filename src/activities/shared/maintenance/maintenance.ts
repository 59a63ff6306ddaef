import type { Log } from '../../../telemetry/log.js';
import type { Mirror } from '../../../store/mirror/mirror.js';
import type { Versions } from '../../../versions/kept/versions.js';
import type { ObjectStore } from '../../../objects/object-store.js';
import type { Screenshots } from '../../../objects/screenshots.js';
import type { PlayRecords } from '../../../objects/play-records.js';
import type { Recordings } from '../../../objects/recordings.js';
import type { ActionImages } from '../../../objects/action-images.js';
import { KEEP_REMOVED_MS } from '../../../contracts/base/retention.js';
import { emptyQuarantine } from '../../../disk/quarantine.js';
import { removeOldImports } from '../../../store/files/imports.js';
import type { Store } from '../../../store/index.js';
import type { MaintenanceActivities } from '../../ports/delete-ports.js';
import type { Alerts } from '../../../store/alerts.js';
import { noteEarlierContents } from '../publishing/publishing.js';
import { removeDeletedAssets, removeOrphanFolders, removeOrphanScreenshots } from './sweeps.js';

const CANDIDATE_MS = 24 * 60 * 60_000;
/** Images of actions are fetched within minutes. */
const IMAGE_MS = 24 * 60 * 60_000;
/** No object takes this long to be stored. */
const UPLOAD_MS = 60 * 60_000;
/** What a round may spend on each of candidates, packing and erasing; the next one goes on. */
const BUDGET_MS = 30_000;

export interface MaintenanceDeps {
  dataDir: string;
  store: Store;
  mirror: Mirror;
  versions: Versions;
  images: ActionImages;
  records: PlayRecords;
  objects: ObjectStore;
  recordings: Pick<Recordings, 'removeOld'>;
  screenshots: Pick<Screenshots, 'projects' | 'removeProject'>;
  alerts: Alerts;
  log: Log;
}

/** House-keeping by Schedules: nothing stays open or lies about for ever. */
export function maintenanceActivities(deps: MaintenanceDeps): MaintenanceActivities {
  return {
    async collectGarbage() {
      const candidates = await deps.mirror.removeCandidates(
        CANDIDATE_MS,
        (revisions) => deps.store.revisions.published(revisions),
        BUDGET_MS,
      );
      const images = await deps.images.removeOld(IMAGE_MS);
      await deps.records.removeOld(KEEP_REMOVED_MS);
      await deps.objects.removeAbandoned(UPLOAD_MS);
      await deps.recordings.removeOld(KEEP_REMOVED_MS);
      await removeOldImports(deps.dataDir, KEEP_REMOVED_MS);
      const packed = await deps.mirror.packRepositories(BUDGET_MS);
      const folders = await removeOrphanFolders(deps);
      const screenshots = await removeOrphanScreenshots(deps);
      const assets = await removeDeletedAssets(deps);
      await noteEarlierContents(deps);
      const eraseUntilMs = performance.now() + BUDGET_MS;
      const erased = await emptyQuarantine(
        deps.dataDir,
        KEEP_REMOVED_MS,
        () => performance.now() < eraseUntilMs,
      );
      if (packed + folders + screenshots + assets + erased > 0)
        deps.log.info({ packed, folders, screenshots, assets, erased }, 'kept house');
      return { candidates, images };
    },
  };
}
