import { gameIdFor } from '../contracts/base/ids.js';
import type { ProjectPlace } from '../objects/kept-files.js';
import { assetKeyOf, createAssets, isDamage } from '../objects/assets.js';
import { projectFolders } from '../objects/kept-places.js';
import { infoOf, listAll, type ObjectStore } from '../objects/object-store.js';
import type { Store } from '../store/index.js';
import { isVersionWhole } from '../versions/kept/checked.js';
import { keyOf } from '../versions/kept/places.js';
import { copyKey, createPublishedCopies } from '../versions/kept/published-copies.js';
import type { Versions } from '../versions/kept/versions.js';

const PAGE = 100;
/** Most of the time is spent in waiting for the database. */
const PROJECTS_AT_ONCE = 20;
/** Prefixes of what rows name by key. */
const NAMED = ['p/', 'a/', 'g/'];

/** Whether rows name the objects of a key or folder, one by one. */
export const isNamed = (place: string): boolean => NAMED.some((each) => place.startsWith(each));

interface VerifyDeps {
  readonly store: Pick<
    Store,
    'assets' | 'keptBytes' | 'publishedGames' | 'revisions' | 'volumeHeads'
  >;
  readonly objects: ObjectStore;
  readonly versions: Versions;
}

export interface VerifyHow {
  /** Bring back what rows name and deletes took. */
  readonly undelete: boolean;
  /** Read every byte. */
  readonly deep: boolean;
}

/** Something that a row names. */
interface Named {
  readonly what: 'version' | 'file' | 'published copy';
  readonly key: string;
  readonly sizeBytes: number | null;
  readonly isWhole: () => Promise<boolean>;
}

export interface Verified {
  /** What rows name. */
  looked: number;
  broughtBack: number;
  /** What is lost, by its owner and his project. */
  readonly lost: {
    readonly userId: string;
    readonly projectId: string | null;
    readonly what: string;
  }[];
}

/**
 * Compares rows with the store, by one list of what it has: key and size, or every byte, id and
 * place. Changes nothing but what `undelete` brings back: what rows name, and all else of a project
 * that has no version left, as after its delete.
 */
export async function verifyRows(deps: VerifyDeps, how: VerifyHow): Promise<Verified> {
  const found: Verified = { looked: 0, broughtBack: 0, lost: [] };
  const sizes = new Map<string, number>();
  for (const prefix of NAMED)
    for await (const { key, sizeBytes } of listAll(deps.objects, prefix)) sizes.set(key, sizeBytes);
  const look = async (named: readonly Named[], folders: readonly string[]): Promise<Named[]> => {
    found.looked += named.length;
    const isThere = ({ key, sizeBytes }: Named): boolean =>
      sizes.has(key) && (sizeBytes === null || sizes.get(key) === sizeBytes);
    const missing = named.filter((each) => !isThere(each));
    if (how.undelete && missing.length > 0) {
      const isDeleted = !named.some((each) => each.what === 'version' && isThere(each));
      const others = isDeleted ? folders.filter((each) => !isNamed(each)) : [];
      for (const place of [...others, ...missing.map(({ key }) => key)]) {
        // Other projects add to the sum meanwhile: it is read after the wait.
        const count = await deps.objects.bringBack(place);
        found.broughtBack += count;
      }
    }
    // Brought back, or written since the list: servers may run.
    for (const { key } of missing) {
      const info = await infoOf(deps.objects, key);
      if (info) sizes.set(key, info.sizeBytes);
    }
    const lost: Named[] = [];
    for (const each of named)
      if (!isThere(each) || (how.deep && !(await each.isWhole()))) lost.push(each);
    return lost;
  };
  for await (const places of projectsOf(deps)) {
    const lost = await Promise.all(
      places.map(async (place) => look(await namedByProject(deps, place), projectFolders(place))),
    );
    for (const [at, place] of places.entries()) note(found, place, lost[at] ?? []);
  }
  for await (const userId of ownersOf(deps))
    note(found, { userId, projectId: null }, await look(await namedByOwner(deps, userId), []));
  return found;
}

function note(
  { lost: all }: Verified,
  place: { readonly userId: string; readonly projectId: string | null },
  lost: readonly Named[],
): void {
  for (const kind of new Set(lost.map(({ what }) => what))) {
    const count = lost.filter(({ what }) => what === kind).length;
    all.push({ ...place, what: `${count} ${kind}${count === 1 ? '' : 's'}` });
  }
}

/** In pages of what is looked at together. */
async function* projectsOf({ store }: VerifyDeps): AsyncGenerator<ProjectPlace[]> {
  for (let after: string | null = null; ;) {
    const scope = { userId: null, projectId: null, isDueOnly: false };
    const page: ProjectPlace[] = await store.volumeHeads.targets({
      ...scope,
      after,
      limit: PROJECTS_AT_ONCE,
    });
    yield page;
    if (page.length < PROJECTS_AT_ONCE) return;
    after = page.at(-1)?.projectId ?? null;
  }
}

/** Versions that are not moved yet, or that no store held at the move, name no object. */
async function namedByProject(
  { store, objects, versions }: VerifyDeps,
  { projectId }: ProjectPlace,
): Promise<Named[]> {
  const places = await store.revisions.placesOf(projectId);
  const named = [...places].flatMap(([revision, place]): Named[] => {
    if (place === null) return [];
    const isWhole = () => isVersionWhole(versions, { projectId, revision });
    const key = keyOf(projectId, place);
    return [{ what: 'version', key, sizeBytes: place.sizeBytes, isWhole }];
  });
  const gameId = gameIdFor(projectId);
  const published = await store.publishedGames.pointer(gameId);
  if (published === null) return named;
  const copies = createPublishedCopies(objects);
  const isWhole = async (): Promise<boolean> => {
    for (const path of await copies.list(gameId, published))
      if ((await copies.read(gameId, published, path)) === null) return false;
    return true;
  };
  const key = copyKey(gameId, published);
  return [...named, { what: 'published copy', key, sizeBytes: null, isWhole }];
}

async function* ownersOf({ store }: VerifyDeps): AsyncGenerator<string> {
  for (let after: string | null = null; ;) {
    const page = await store.keptBytes.from(1, after, PAGE);
    for (const { user_id } of page) yield user_id;
    if (page.length < PAGE) return;
    after = page.at(-1)?.user_id ?? null;
  }
}

async function namedByOwner({ store, objects }: VerifyDeps, owner: string): Promise<Named[]> {
  const assets = createAssets(objects);
  return (await store.assets.list(owner)).flatMap((asset): Named[] => {
    const key = assetKeyOf(asset);
    if (!asset.is_stored || key === null) return [];
    const isWhole = () =>
      assets.readChecked(key).then(
        (bytes) => bytes !== null,
        (error: unknown) => {
          if (!isDamage(error)) throw error;
          return false;
        },
      );
    return [{ what: 'file', key, sizeBytes: null, isWhole }];
  });
}
