import { AppError } from '../contracts/base/errors.js';
import { gameIdFor } from '../contracts/base/ids.js';
import {
  MAX_REPORTS,
  type ReplicateAllInput,
  type ReplicateAllOutcome,
} from '../contracts/execution/modal.js';
import type { ProjectPlace } from '../objects/kept-files.js';
import { assetKeyOf, createAssets } from '../objects/assets.js';
import { createPublishedCopies } from '../versions/kept/published-copies.js';
import type { Store } from '../store/index.js';
import { createFileObjectStore } from '../objects/file-object-store.js';
import { createVersions, type Versions } from '../versions/kept/versions.js';

const PAGE = 100;

/**
 * Compares rows with the bytes below `dataDir`, where there is no Volume: versions, published
 * copies, and assets, which the first project of their owner reports. Changes nothing; what is
 * missing is lost (U2).
 */
export async function compareLocal(
  store: Store,
  dataDir: string,
  { userId, projectId }: ReplicateAllInput,
): Promise<ReplicateAllOutcome> {
  const outcome: ReplicateAllOutcome = { looked: 0, reports: [], problems: 0, orphansRemoved: 0 };
  const owners = new Set<string>();
  for (let after: string | null = null; ;) {
    const scope = { userId, projectId, isDueOnly: false };
    const page: ProjectPlace[] = await store.volumeHeads.targets({ ...scope, after, limit: PAGE });
    for (const place of page) {
      const assets = owners.has(place.userId) ? [] : await lostAssets(store, dataDir, place.userId);
      owners.add(place.userId);
      const lost = [...assets, ...(await lostOf(store, dataDir, place))];
      outcome.looked += 1;
      if (lost.length === 0) continue;
      outcome.problems += 1;
      if (outcome.reports.length < MAX_REPORTS)
        outcome.reports.push({
          ...place,
          toVolume: { revisions: 0, assets: 0 },
          problem: lost.join('; '),
        });
    }
    if (page.length < PAGE) return outcome;
    after = page.at(-1)?.projectId ?? null;
  }
}

async function lostOf(
  store: Store,
  dataDir: string,
  { projectId }: ProjectPlace,
): Promise<string[]> {
  const gameId = gameIdFor(projectId);
  const published = await store.publishedGames.pointer(gameId);
  const copies = createPublishedCopies(createFileObjectStore(dataDir));
  const copy = published === null ? null : await copies.list(gameId, published);
  return [
    ...(await lostVersions(store, dataDir, projectId)),
    ...(copy?.length === 0 ? ['the published copy is lost'] : []),
  ];
}

async function lostVersions(store: Store, dataDir: string, projectId: string): Promise<string[]> {
  const versions = createVersions(createFileObjectStore(dataDir), store.revisions);
  const line = await store.revisions.line(projectId);
  let lost = 0;
  for (const revision of line) if (await isLost(versions, projectId, revision)) lost += 1;
  return lost === 0 ? [] : [`${lost} of ${line.length} version(s) are lost`];
}

/** A version that is not moved to an object yet is not lost. */
async function isLost(versions: Versions, projectId: string, revision: string): Promise<boolean> {
  try {
    await versions.describe({ projectId, revision });
    return false;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.kind === 'RevisionMissing') return false;
    if (error.kind === 'RevisionLost' || error.kind === 'CandidateRefused') return true;
    throw error;
  }
}

async function lostAssets(store: Store, dataDir: string, owner: string): Promise<string[]> {
  const assets = createAssets(createFileObjectStore(dataDir));
  let lost = 0;
  for (const asset of await store.assets.list(owner)) {
    const key = assetKeyOf(asset);
    if (asset.is_stored && (key === null || (await assets.sizeOf(key)) === null)) lost += 1;
  }
  return lost === 0 ? [] : [`${lost} asset(s) of its owner are lost`];
}
