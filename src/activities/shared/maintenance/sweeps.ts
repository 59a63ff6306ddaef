import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { AppError } from '../../../contracts/base/errors.js';
import { KEEP_REMOVED_MS } from '../../../contracts/base/retention.js';
import { maySweep } from '../../../domain/limits/sweep-limit.js';
import { isReferringText } from '../../../domain/publishing/published-files.js';
import type { Log } from '../../../telemetry/log.js';
import type { ProjectPlace } from '../../../objects/kept-files.js';
import type { Screenshots } from '../../../objects/screenshots.js';
import { createAssetFiles } from '../../../store/files/asset-files.js';
import { dataFolders } from '../../../store/files/data-folders.js';
import { publishedFolders } from '../../../store/files/published-folder.js';
import type { Store } from '../../../store/index.js';
import type { Mirror } from '../../../store/mirror/mirror.js';
import type { AssetRow } from '../../../store/tables/assets.js';
import type { Alerts } from '../../../store/alerts.js';

const DAY_MS = 24 * 60 * 60_000;
/** Nothing that is being made leaves its folder untouched for so long. */
const FOLDER_MS = DAY_MS;
/** What a sweep may remove and take in one round; the next one goes on. */
const SWEPT_AT_ONCE = 500;
const SWEEPING_MS = 30_000;
/** Assets that one round looks for in all versions, and what it may spend on that. */
const ASSETS_AT_ONCE = 200;
const LOOKING_MS = 60_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

export interface SweepDeps {
  dataDir: string;
  store: Pick<Store, 'assets' | 'projects' | 'publishedGames' | 'revisions' | 'users'>;
  mirror: Mirror;
  alerts: Alerts;
  log: Log;
}

/** What lies somewhere, and how to find out what of it has a row. */
interface Listing<T> {
  readonly kind: 'users' | 'projects' | 'games' | 'screenshots';
  readonly listed: readonly T[];
  readonly idOf: (each: T) => string;
  readonly existing: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** A database that knows none of them is another one. */
  readonly needsKnown?: boolean;
  readonly remove: (each: T) => Promise<void>;
}

/**
 * Removes what no row names, unless that is so much that the database may be another or an older
 * one (U2): then nothing is removed, and an alert is raised. Returns how many, and those with a
 * row.
 */
async function sweep<T>(
  { alerts }: Pick<SweepDeps, 'alerts'>,
  { kind, listed, idOf, existing, remove, needsKnown = false }: Listing<T>,
): Promise<{ removed: number; known: T[] }> {
  const startedMs = performance.now();
  const ids = await existing(listed.map(idOf));
  const known = listed.filter((each) => ids.has(idOf(each)));
  const unknown = listed.filter((each) => !ids.has(idOf(each)));
  const counts = { listed: listed.length, unknown: unknown.length };
  const isOther = needsKnown && listed.length > 0 && known.length === 0;
  if (isOther || !maySweep(counts)) {
    const message =
      `${counts.unknown} of ${counts.listed} ${kind} below DATA_DIR have no row: nothing is ` +
      'swept. Is this the database that belongs to DATA_DIR, in its newest state?';
    await alerts.raise({ kind: 'sweepStopped', key: kind, message, details: counts });
    return { removed: 0, known };
  }
  await alerts.clear({ kind: 'sweepStopped', key: kind });
  let removed = 0;
  for (const each of unknown.slice(0, SWEPT_AT_ONCE)) {
    if (performance.now() - startedMs >= SWEEPING_MS) break;
    await remove(each);
    removed += 1;
  }
  return { removed, known };
}

/**
 * Moves folders of users, projects and published games that have no row any more into the
 * quarantine (F2, U2): what a delete that was killed has left, or a late file has brought back.
 * Answers how many.
 */
export async function removeOrphanFolders(deps: SweepDeps): Promise<number> {
  const { dataDir, store, mirror } = deps;
  const folders = dataFolders(dataDir);
  const users = await sweep(deps, {
    kind: 'users',
    listed: await folders.users(FOLDER_MS),
    idOf: (userId) => userId,
    existing: store.users.existing,
    needsKnown: true,
    remove: (userId) => folders.removeUser(userId),
  });
  const places: ProjectPlace[] = [];
  for (const userId of users.known)
    for (const projectId of await folders.projects(userId, FOLDER_MS))
      places.push({ userId, projectId });
  const projects = await sweep(deps, {
    kind: 'projects',
    listed: places,
    idOf: ({ projectId }) => projectId,
    existing: store.projects.existing,
    remove: ({ userId, projectId }) => mirror.remove(userId, projectId),
  });
  const games = await sweep(deps, {
    kind: 'games',
    listed: await folders.games(FOLDER_MS),
    idOf: (gameId) => gameId,
    existing: store.publishedGames.existing,
    remove: (gameId) => publishedFolders(dataDir).keepOnly(gameId, null),
  });
  return users.removed + projects.removed + games.removed;
}

/**
 * Removes the screenshots of projects that have no row any more (F2): a publishing that was killed
 * while its project went may have left them. Answers of how many projects.
 */
export async function removeOrphanScreenshots({
  store,
  screenshots,
  alerts,
}: Pick<SweepDeps, 'store' | 'alerts'> & {
  screenshots: Pick<Screenshots, 'projects' | 'removeProject'>;
}): Promise<number> {
  const listed: ProjectPlace[] = [];
  for await (const place of screenshots.projects()) listed.push(place);
  const { removed } = await sweep(
    { alerts },
    {
      kind: 'screenshots',
      listed,
      idOf: ({ projectId }) => projectId,
      existing: store.projects.existing,
      needsKnown: true,
      remove: (place) => screenshots.removeProject(place),
    },
  );
  return removed;
}

/**
 * Moves the files of assets that were deleted `KEEP_REMOVED_DAYS` ago into the quarantine, unless a
 * version names them, another asset has the same bytes, or versions are not here to be read.
 * Answers how many.
 */
export async function removeDeletedAssets(deps: SweepDeps): Promise<number> {
  const startedMs = performance.now();
  const before = new Date(Date.now() - KEEP_REMOVED_MS);
  const assets = await someDeletedAssets(deps, before);
  const owners = new Map<string, AssetRow[]>();
  for (const asset of assets)
    if (asset.owner_id !== null)
      owners.set(asset.owner_id, [...(owners.get(asset.owner_id) ?? []), asset]);
  let removed = 0;
  for (const [ownerId, own] of owners) {
    if (performance.now() - startedMs >= LOOKING_MS) break;
    const named = await namedInVersions(deps, ownerId, own);
    for (const asset of own)
      if (!named.has(asset.id) && (await removeFile(deps, asset, before))) removed += 1;
  }
  return removed;
}

/** From any place on: assets that stay must not keep others from being looked at. */
async function someDeletedAssets({ store }: SweepDeps, before: Date): Promise<AssetRow[]> {
  const list = (from: string) => store.assets.deletedBefore(before, from, ASSETS_AT_ONCE);
  const last = await list(randomUUID());
  const first = last.length < ASSETS_AT_ONCE ? await list(FIRST_ID) : [];
  const found = new Map([...last, ...first].map((asset) => [asset.id, asset]));
  return [...found.values()].slice(0, ASSETS_AT_ONCE);
}

/** What a text may call the asset. */
function namesOf({ id, alias }: AssetRow): string[] {
  return [id, alias, encodeURIComponent(alias)];
}

/** Ids of the assets that a version of their owner names, or any version if they are public. */
async function namedInVersions(
  { store, mirror }: SweepDeps,
  ownerId: string,
  assets: readonly AssetRow[],
): Promise<Set<string>> {
  const everything = new Set(assets.map(({ id }) => id));
  const named = new Set<string>();
  const take = async (userId: string, projectId: string, looked: readonly AssetRow[]) => {
    const words = new Set(looked.flatMap(namesOf));
    const found = await mirror
      .wordsMentioned(userId, projectId, words, isReferringText)
      .catch(nothingThere);
    for (const asset of looked)
      if (namesOf(asset).some((name) => found.has(name))) named.add(asset.id);
  };
  for (const { id } of await store.projects.list(ownerId)) {
    const line = await store.revisions.line(id);
    if (line.length === 0) continue;
    const { has } = await mirror.state(ownerId, id, line);
    if (has.length < line.length) return everything;
    await take(ownerId, id, assets);
  }
  const shared = assets.filter((asset) => asset.is_public && !named.has(asset.id));
  if (shared.length > 0)
    for await (const { userId, projectId } of mirror.projects())
      if (userId !== ownerId) await take(userId, projectId, shared);
  return named;
}

/** A project may be made or removed while we look. */
function nothingThere(error: unknown): Set<string> {
  if (error instanceof AppError && error.kind === 'RevisionMissing') return new Set();
  throw error;
}

/** False = it stays: another row has the same bytes, or they have just been uploaded again. */
async function removeFile(
  { dataDir, store, log }: SweepDeps,
  asset: AssetRow,
  before: Date,
): Promise<boolean> {
  const { storage_path: storagePath } = asset;
  if (await store.assets.isFileNeeded(storagePath, before)) return false;
  const files = createAssetFiles(dataDir);
  const file = await files.locate(asset);
  if (file !== null && !(await files.discardOld(file, FOLDER_MS))) return false;
  await store.assets.markRemoved(storagePath);
  log.info({ asset: asset.id, file: path.basename(storagePath) }, 'removed a deleted asset');
  return true;
}
