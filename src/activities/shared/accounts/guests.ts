import { listAll, type ObjectStore } from '../../../objects/object-store.js';
import { projectFolders } from '../../../objects/kept-places.js';
import { heldSince } from '../../../objects/unverified.js';
import { crashPoint } from '../../../process/crash-points.js';
import type { Store } from '../../../store/index.js';
import { assertRemovable } from './account.js';
import type { GuestActivities, GuestRounds } from '../../ports/guest-port.js';

/** Projects handed over at a time; a guest has one. */
const AT_ONCE = 4;
const COPIES_AT_ONCE = 8;
const FORGOTTEN_MS = 24 * 60 * 60_000;
/** Removed by one round. */
const ROUND_LIMIT = 100;

interface Copy {
  readonly key: string;
  readonly target: string;
}

export interface GuestDeps {
  store: Pick<Store, 'projects' | 'users'>;
  objects: ObjectStore;
}

/** What becomes of guests. */
export function guestActivities({ store, objects }: GuestDeps): GuestActivities & GuestRounds {
  return {
    async projectsOfGuest({ guestId }) {
      await assertRemovable(store.users, { userId: guestId, isGuestOnly: true });
      const { projects } = await store.projects.page(guestId, { limit: AT_ONCE });
      return projects.map(({ id }) => id);
    },

    async adoptProject({ projectId, guestId, userId }) {
      await copyFolders(objects, projectId, { from: guestId, to: userId });
      crashPoint('after-adopt-copies');
      const isAdopted = await store.projects.adopt(projectId, guestId, userId);
      crashPoint('after-adopt-rows');
      return isAdopted;
    },

    // A database of yesterday does not know who came back since (L3).
    forgottenGuests: async () =>
      (await heldSince(objects)) === null
        ? store.users.forgottenGuests(FORGOTTEN_MS, ROUND_LIMIT)
        : [],
  };
}

/**
 * What lies below the user's id; the rest is found by the project alone. What an earlier attempt
 * has copied is there.
 */
async function copyFolders(
  objects: ObjectStore,
  projectId: string,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const targets = projectFolders({ userId: to, projectId });
  for (const [at, folder] of projectFolders({ userId: from, projectId }).entries()) {
    const target = targets[at];
    if (target === undefined || target === folder) continue;
    const copied = new Map<string, number>();
    for await (const { key, sizeBytes } of listAll(objects, target)) copied.set(key, sizeBytes);
    const left: Copy[] = [];
    for await (const { key, sizeBytes } of listAll(objects, folder)) {
      const copy = { key, target: `${target}${key.slice(folder.length)}` };
      if (copied.get(copy.target) !== sizeBytes) left.push(copy);
    }
    for (let done = 0; done < left.length; done += COPIES_AT_ONCE)
      await Promise.all(left.slice(done, done + COPIES_AT_ONCE).map(copyIn(objects)));
  }
}

const copyIn =
  (objects: ObjectStore) =>
  async ({ key, target }: Copy): Promise<void> => {
    const object = await objects.get(key);
    if (object !== null) await objects.put(target, object.body);
  };
