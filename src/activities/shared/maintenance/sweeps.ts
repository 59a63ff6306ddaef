import { KEEP_REMOVED_MS } from '../../../contracts/base/retention.js';
import { isUuid } from '../../../contracts/base/ids.js';
import { maySweep } from '../../../domain/limits/sweep-limit.js';
import { foldersBelow, KEPT_FOLDERS, type Owner } from '../../../objects/kept-places.js';
import { listAll, type ObjectInfo, type ObjectStore } from '../../../objects/object-store.js';
import type { Log } from '../../../telemetry/log.js';
import type { Store } from '../../../store/index.js';
import type { Alerts } from '../../../store/alerts.js';

const DAY_MS = 24 * 60 * 60_000;
/** Nothing that is being made has objects this old without a row. */
const RESTED_MS = DAY_MS;
/** What a sweep may remove and take in one round; the next one goes on. */
const SWEPT_AT_ONCE = 500;
const SWEEPING_MS = 30_000;
const ASSETS_AT_ONCE = 200;
/** A play counts again after half an hour. */
const PLAYS_MS = DAY_MS;
const PLAYS_AT_ONCE = 5_000;

export interface SweepDeps {
  store: Pick<Store, 'projects' | 'publishedGames' | 'sweeps' | 'users'>;
  objects: ObjectStore;
  alerts: Alerts;
  log: Log;
}

/** What lies in the store, and what of it has no row. */
interface Listing<T> {
  readonly kind: string;
  readonly listed: number;
  readonly unknown: readonly T[];
  readonly remove: (each: T) => Promise<void>;
}

/**
 * Removes what no row names, unless that is so much that the database may be another or an older
 * one (U2): then nothing is removed, and an alert is raised. Returns how many.
 */
async function sweep<T>(
  { alerts }: Pick<SweepDeps, 'alerts'>,
  { kind, listed, unknown, remove }: Listing<T>,
): Promise<number> {
  const startedMs = performance.now();
  const counts = { listed, unknown: unknown.length };
  if (!maySweep(counts)) {
    await stopped({ alerts }, kind, counts);
    return 0;
  }
  await alerts.clear({ kind: 'sweepStopped', key: kind });
  let removed = 0;
  for (const each of unknown.slice(0, SWEPT_AT_ONCE)) {
    if (performance.now() - startedMs >= SWEEPING_MS) break;
    await remove(each);
    removed += 1;
  }
  return removed;
}

function stopped(
  { alerts }: Pick<SweepDeps, 'alerts'>,
  kind: string,
  counts: { listed: number; unknown: number },
): Promise<void> {
  const message =
    `${counts.unknown} of ${counts.listed} ${kind} in the object store have no row: nothing is ` +
    'swept. Is this the database that belongs to the store, in its newest state?';
  return alerts.raise({ kind: 'sweepStopped', key: kind, message, details: counts });
}

/**
 * Removes all that users, projects and published games without a row have (F2, U2): what a delete
 * that was killed has left, or a late writer has brought back. Objects of the last day stay.
 * Returns of how many.
 */
export async function removeOrphans(deps: SweepDeps): Promise<number> {
  const { store, objects } = deps;
  const folders = await ownedFolders(objects);
  const rows: Record<Owner, (ids: readonly string[]) => Promise<ReadonlySet<string>>> = {
    users: store.users.existing,
    projects: store.projects.existing,
    games: store.publishedGames.existing,
  };
  const known = new Set<string>();
  for (const [owner, existing] of Object.entries(rows)) {
    const ids = [...folders.values()].filter(({ of }) => of === owner).map(({ id }) => id);
    for (const id of await existing(ids)) known.add(`${owner}/${id}`);
  }
  // A database that knows none of them is another one.
  if (folders.size > 0 && known.size === 0) {
    await stopped(deps, 'owners', { listed: folders.size, unknown: folders.size });
    return 0;
  }
  await deps.alerts.clear({ kind: 'sweepStopped', key: 'owners' });
  let removed = 0;
  for (const kind of ['users', 'projects', 'games'] as const) {
    const all = [...folders.values()].filter(({ of }) => of === kind);
    const unknown = all.filter(({ id }) => !known.has(`${kind}/${id}`));
    const orphans = await withOldObjects(objects, unknown);
    removed += await sweep(deps, {
      kind,
      listed: all.length,
      unknown: orphans,
      remove: ({ keys }) => objects.deleteAll(keys, { canReturn: true }),
    });
  }
  return removed;
}

interface OwnedFolders {
  readonly of: Owner;
  readonly id: string;
  readonly folders: string[];
}

/** Owners of whatever lies in the store, with the folders that they have there. */
async function ownedFolders(objects: ObjectStore): Promise<Map<string, OwnedFolders>> {
  const found = new Map<string, OwnedFolders>();
  for (const place of KEPT_FOLDERS)
    for await (const folder of foldersBelow(objects, place)) {
      const id = folder.split('/').at(-2) ?? '';
      if (!isUuid(id)) continue;
      const owner = found.get(`${place.of}/${id}`) ?? { of: place.of, id, folders: [] };
      owner.folders.push(folder);
      found.set(`${place.of}/${id}`, owner);
    }
  return found;
}

/** Those that have objects from before the last day, with the keys of these. */
async function withOldObjects(
  objects: ObjectStore,
  owners: readonly OwnedFolders[],
): Promise<{ keys: string[] }[]> {
  const old: { keys: string[] }[] = [];
  for (const { folders } of owners) {
    const keys: string[] = [];
    for (const folder of folders)
      for await (const object of listAll(objects, folder))
        if (isOlder(object, RESTED_MS)) keys.push(object.key);
    if (keys.length > 0) old.push({ keys });
  }
  return old;
}

/**
 * Removes what ended work has made that is no version (L2): after a day, what failed attempts left
 * after `KEEP_REMOVED_DAYS`. All can return (U2): a later row, which an older database does not
 * have, may name one. Too many without a row of their work stop the sweep. Returns how many.
 */
export async function removeUnpublished(deps: SweepDeps): Promise<number> {
  const { store, objects } = deps;
  let listed = 0;
  const old: string[] = [];
  for await (const object of listAll(objects, 'p/')) {
    listed += 1;
    const [, projectId, workId, name = ''] = object.key.split('/');
    const ageMs = name.startsWith('failed-') ? KEEP_REMOVED_MS : RESTED_MS;
    if (isUuid(projectId) && isUuid(workId) && isOlder(object, ageMs)) old.push(object.key);
  }
  const removable = await store.sweeps.removableObjects(old, RESTED_MS);
  const keysOf = (isKnown: boolean): string[] =>
    removable.filter((each) => each.isKnown === isKnown).map(({ key }) => key);
  const unknown = keysOf(false);
  const removed = await sweep(deps, {
    kind: 'versions',
    listed,
    unknown,
    remove: (key) => objects.delete(key, { canReturn: true }),
  });
  if (removed === 0 && unknown.length > 0) return 0;
  const ended = keysOf(true);
  await objects.deleteAll(ended, { canReturn: true });
  return removed + ended.length;
}

/**
 * Removes files of assets that were deleted `KEEP_REMOVED_DAYS` ago and that no version names, and
 * those that an upload or a deleted row has left. All can return (U2). Returns how many.
 */
export async function removeUnnamedAssets(deps: SweepDeps): Promise<number> {
  const { store, objects, log } = deps;
  const before = new Date(Date.now() - KEEP_REMOVED_MS);
  const given = await store.sweeps.giveUpAssets(before, ASSETS_AT_ONCE);
  await objects.deleteAll(given, { canReturn: true });
  if (given.length > 0) log.info({ assets: given.length }, 'removed deleted assets');
  let listed = 0;
  const old: string[] = [];
  for await (const object of listAll(objects, 'a/')) {
    listed += 1;
    if (isOlder(object, RESTED_MS)) old.push(object.key);
  }
  const removed = await sweep(deps, {
    kind: 'assets',
    listed,
    unknown: await store.sweeps.unnamedAssets(old),
    remove: (key) => objects.delete(key, { canReturn: true }),
  });
  return given.length + removed;
}

function isOlder({ modifiedAt }: ObjectInfo, ageMs: number): boolean {
  return Date.now() - modifiedAt.getTime() >= ageMs;
}

/** Removes who played what before the last day, in pages; counts stay. Returns how many rows. */
export async function removeOldPlays({ store }: Pick<SweepDeps, 'store'>): Promise<number> {
  const [startedMs, before] = [performance.now(), new Date(Date.now() - PLAYS_MS)];
  for (let removed = 0; ;) {
    const page = await store.sweeps.removeOldPlays(before, PLAYS_AT_ONCE);
    removed += page;
    if (page < PLAYS_AT_ONCE || performance.now() - startedMs >= SWEEPING_MS) return removed;
  }
}
