import { AppError } from '../../../contracts/base/errors.js';
import { MAX_SENT_BYTES, type ReplicationReport } from '../../../contracts/execution/modal.js';
import type { Alerts } from '../../../store/alerts.js';
import type { ProjectPlace } from '../../../objects/kept-files.js';
import { isDamage, type Assets } from '../../../objects/assets.js';
import type { Store } from '../../../store/index.js';
import type { Log } from '../../../telemetry/log.js';
import type { Versions } from '../../../versions/kept/versions.js';
import { MAX_ASSET_BYTES, ownAssets } from '../own-assets.js';
import type { SentVersion, Volume } from './volume.js';

export interface ReplicationDeps {
  readonly assets: Pick<Assets, 'sizeOf' | 'readChecked'>;
  readonly store: Pick<Store, 'assets' | 'revisions' | 'volumeHeads' | 'projects'>;
  readonly versions: Pick<Versions, 'object'>;
  readonly volume: Volume;
  readonly alerts: Alerts;
  readonly log: Log;
}

const STRAY = 'main of the Volume stands at a commit that is not published';

interface Sent {
  readonly sent: number;
  readonly problems: readonly string[];
}

/**
 * Lets the Volume show what is published, and have the assets of its user: from here to there only
 * (E6). Each call is complete or not at all, and the next run looks anew, so that being killed at
 * any point costs nothing but a repeat.
 */
export async function syncProject(
  deps: ReplicationDeps,
  project: ProjectPlace,
  dryRun: boolean,
): Promise<ReplicationReport> {
  const versions = await syncVersions(deps, project, dryRun);
  const assets = await syncAssets(deps, project.userId, dryRun);
  return {
    ...project,
    toVolume: { revisions: versions.sent, assets: assets.sent },
    problem: [...versions.problems, ...assets.problems].join('; ') || null,
  };
}

/**
 * Sends the versions that the view lacks, oldest first, and brings `main` to the newest. One that
 * has no object, as it is not moved yet or lost, holds up those after it and nothing else.
 */
async function syncVersions(
  deps: ReplicationDeps,
  project: ProjectPlace,
  dryRun: boolean,
): Promise<Sent> {
  const { store, volume } = deps;
  const { userId, projectId } = project;
  const places = await store.revisions.placesOf(projectId);
  if (places.size === 0) return { sent: 0, problems: [] };
  const all = [...places.keys()];
  const { head, has } = await volume.state(userId, projectId, all);
  const isThere = new Set(has);
  const stop = all.findLastIndex((each) => places.get(each) === null && !isThere.has(each));
  const line = all.slice(stop + 1);
  const missing = line.filter((each) => !isThere.has(each)).reverse();
  const problems = [
    ...(head !== null && !all.includes(head) ? [STRAY] : []),
    ...(stop === -1 ? [] : [`version ${all[stop]} has no object, so it stops before`]),
  ];
  if (!dryRun) await bring(deps, project, { missing, line, head });
  return { sent: missing.length, problems };
}

async function bring(
  deps: ReplicationDeps,
  project: ProjectPlace,
  { missing, line, head }: { missing: string[]; line: string[]; head: string | null },
): Promise<void> {
  const [newest] = line;
  if (newest === undefined) return;
  for await (const batch of batches(deps, project, missing))
    await apply(deps, project, batch, batch.at(-1)?.revision === missing.at(-1) ? line : []);
  if (missing.length === 0 && head !== newest) await apply(deps, project, [], line);
  await deps.store.volumeHeads.set({ ...project, revision: newest });
}

/** Objects of these versions, as many at a time as one request may have. */
async function* batches(
  { versions }: ReplicationDeps,
  { projectId }: ProjectPlace,
  revisions: readonly string[],
): AsyncGenerator<SentVersion[]> {
  let batch: SentVersion[] = [];
  let size = 0;
  for (const revision of revisions) {
    const object = await versions.object({ projectId, revision });
    if (batch.length > 0 && size + object.length > MAX_SENT_BYTES) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push({ revision, object });
    size += object.length;
  }
  if (batch.length > 0) yield batch;
}

/** Git checks each version that it takes in: a refusal means that one of ours is not whole. */
async function apply(
  { volume, alerts }: ReplicationDeps,
  { userId, projectId }: ProjectPlace,
  batch: readonly SentVersion[],
  line: readonly string[],
): Promise<void> {
  const alert = { kind: 'viewRefused', key: projectId };
  try {
    await volume.apply(userId, projectId, batch, line);
    await alerts.clear(alert);
  } catch (error) {
    if (error instanceof AppError && error.kind === 'CandidateRefused')
      await alerts.raise({
        ...alert,
        message: 'git refuses a version of a project: its object may be damaged',
        details: { projectId, until: batch.at(-1)?.revision, reason: error.message },
      });
    throw error;
  }
}

/** Names are contents: those that the Volume lacks are sent, those that were removed go. */
async function syncAssets(deps: ReplicationDeps, userId: string, dryRun: boolean): Promise<Sent> {
  const { store, assets, volume, log } = deps;
  const removed = await store.assets.removedNames(userId);
  const there = await volume.listAssets(userId);
  for (const { name } of dryRun ? [] : there)
    if (removed.has(name)) await volume.removeAsset(userId, name);
  const sizes = new Map(there.map(({ name, sizeBytes }) => [name, sizeBytes]));
  const problems: string[] = [];
  let sent = 0;
  for (const { name, sizeBytes, key } of await ownAssets({ store, assets }, userId)) {
    if (sizes.get(name) === sizeBytes) continue;
    if (sizeBytes > MAX_ASSET_BYTES) {
      problems.push(`asset ${name} is larger than ${MAX_ASSET_BYTES} bytes`);
      continue;
    }
    try {
      const bytes = await assets.readChecked(key);
      // It may have been removed meanwhile.
      if (bytes === null) continue;
      if (!dryRun) await volume.writeAsset(userId, name, bytes);
      sent += 1;
    } catch (error) {
      if (!isDamage(error)) throw error;
      // The others can still go.
      log.error({ err: error, userId, asset: name }, 'an asset cannot be copied');
      problems.push(`asset ${name} is damaged`);
    }
  }
  return { sent, problems };
}
