import type { Client } from '@temporalio/client';
import type { WorkerConfig } from '../config.js';
import type { Backend, LongWork } from '../contracts/execution/backends.js';
import type { MoveDeps } from '../move/move.js';
import type { Log } from '../telemetry/log.js';
import { createPublishedCopies } from '../versions/kept/published-copies.js';
import { openKept } from '../objects/kept.js';
import { createDiskCache } from '../objects/disk-cache.js';
import { openObjects } from '../objects/open.js';
import { createStore } from '../store/index.js';
import { alertOfLoss } from '../store/lost-versions.js';
import { streamWriter } from '../stream/writer.js';
import { createVersions } from '../versions/kept/versions.js';
import type { Arounds } from './frame/interceptors.js';
import { localImageActivities } from './local/images.js';
import { localHost } from './local/host.js';
import { playSlotsOf } from './local/play-slots.js';
import { SpareRunner } from './local/spare-runner.js';
import { localFileActivities } from './local/project-files.js';
import { bundleRunner } from './local/runner-program.js';
import { modalDisabled, openModal } from './modal/open.js';
import type { SharedActivities } from './ports/shared-set.js';
import { accountActivities } from './shared/accounts/account.js';
import { guestActivities } from './shared/accounts/guests.js';
import { actionActivities } from './shared/jobs/action-rows.js';
import { createAlerts } from '../store/alerts.js';
import { backendActivities } from './shared/accounts/backend.js';
import { cutoutActivities } from './shared/media/cutouts.js';
import { designActivities } from './shared/planning/design.js';
import { jobActivities } from './shared/jobs/jobs.js';
import { judgeActivities } from './shared/planning/judging.js';
import { readingActivities } from './shared/planning/message-reading.js';
import { maintenanceActivities } from './shared/maintenance/maintenance.js';
import { planningActivities } from './shared/planning/planning.js';
import { projectActivities } from './shared/projects/projects.js';
import { publishingActivities } from './shared/publishing/publishing.js';
import { publishInfoActivities } from './shared/publishing/publishing-info.js';
import { createPushes } from './shared/publishing/push.js';
import { remixActivities } from './shared/projects/remix.js';
import { admitNext, queueActivities } from './shared/jobs/queue.js';
import { rerunActivities } from './shared/jobs/rerun.js';
import { paidSprites, spriteActivities } from './shared/planning/sprites.js';
import { thumbnailActivities } from './shared/media/thumbnails.js';
import { paidActivities, usageActivities } from './shared/accounts/usage.js';
import { tuningActivities } from './shared/projects/tuning.js';
import { versionActivities } from './shared/projects/versions.js';
import { videoPlanActivities } from './shared/media/videos.js';
import { watcherActivities } from './shared/maintenance/watchers.js';
import { agentActivities, readRunBy, runBy } from './hosted/agents.js';
import { playActivities, searchActivities } from './hosted/plays.js';
import { videoActivities } from './hosted/videos.js';
import type { WatchDeps } from './watch/watch-deps.js';

/** All activities of a worker: short steps, and the work of each backend. */
export interface ActivitySets {
  readonly shared: SharedActivities;
  readonly backends: Readonly<Record<Backend, { files: object; long: Record<LongWork, object> }>>;
  /** What runs around activities of any set, outermost first. */
  readonly arounds: readonly Arounds[];
  /** Dependencies of the watch (I2). */
  readonly watched: Pick<WatchDeps, 'store' | 'stream' | 'alerts' | 'complete' | 'admitNext'>;
  /** Of the move of old data. */
  readonly moving: Pick<MoveDeps, 'store' | 'objects' | 'fetchOld'>;
  /** Called after the last activity has ended. */
  close(): Promise<void>;
}

type Parts = Awaited<ReturnType<typeof openParts>>;

/** The worker's composition root: opens the stores and binds every activity to them. */
export async function openActivities(
  config: WorkerConfig,
  client: Client,
  log: Log,
): Promise<ActivitySets> {
  const parts = await openParts(config, client, log);
  const { modal, store, stream, alerts } = parts;
  const shared = sharedActivities(parts);
  const runner = await bundleRunner(config.DATA_DIR);
  const playSlots = playSlotsOf(config);
  const spare = config.PLAY_GAMES ? new SpareRunner(runner) : undefined;
  const local = localHost({ ...parts, runner, playSlots, spare });
  return {
    shared,
    backends: {
      local: {
        files: localFileActivities(parts),
        long: {
          agent: agentActivities(parts, local),
          image: localImageActivities(parts, local),
          video: videoActivities(parts, local),
          play: playActivities(parts, local),
          search: searchActivities(parts, local),
        },
      },
      modal: modal ?? modalDisabled,
    },
    arounds: [paidActivities(parts), paidSprites(parts), runBy(await readRunBy(config))],
    moving: { store, objects: parts.objects, fetchOld: modal?.fetchOld ?? null },
    close: async () => modal?.close(),
    watched: {
      ...{ store, stream, alerts },
      complete: (input) => shared.completeJob(input),
      admitNext: () => admitNext(parts, null),
    },
  };
}

async function openParts(config: WorkerConfig, client: Client, log: Log) {
  const store = createStore(config, log);
  const objects = openObjects(config);
  const alerts = createAlerts({ config, store, log });
  const parts = {
    config,
    store,
    ...openKept(objects),
    versions: createVersions(objects, store.revisions, alertOfLoss({ store, alerts })),
    client,
    log,
    dataDir: config.DATA_DIR,
    stream: streamWriter(client),
    copies: createPublishedCopies(objects),
    cache: createDiskCache(config.DATA_DIR, objects),
    alerts,
    pushes: createPushes({ config, store, log }),
  };
  return { ...parts, modal: await openModal(parts) };
}

function sharedActivities(parts: Parts): SharedActivities {
  return {
    ...jobActivities(parts),
    ...queueActivities(parts),
    ...planningActivities(parts),
    ...readingActivities(parts),
    ...designActivities(parts),
    ...judgeActivities(parts),
    ...spriteActivities(parts),
    ...versionActivities(parts),
    ...tuningActivities(parts),
    ...projectActivities(parts),
    ...accountActivities(parts),
    ...guestActivities(parts),
    ...backendActivities(parts),
    ...actionActivities(parts),
    ...thumbnailActivities(parts),
    ...cutoutActivities(parts),
    ...publishingActivities(parts),
    ...publishInfoActivities(parts),
    ...parts.pushes.activities,
    ...remixActivities(parts),
    ...rerunActivities(parts),
    ...videoPlanActivities(parts),
    ...maintenanceActivities(parts),
    ...usageActivities(parts),
    ...watcherActivities({ ...parts, cancelCall: parts.modal?.calls.reap ?? null }),
  };
}
