import type { ObjectStore } from './object-store.js';

/** Lies in the store, so that every host that sweeps sees it. */
const MARK = 'marks/unverified';

/**
 * From now on nothing is swept out of the store: after a restore its objects and the rows may be
 * of different ages (L3).
 */
export const holdSweeps = (objects: ObjectStore): Promise<void> =>
  objects.put(MARK, Buffer.from(`${new Date().toISOString()}\n`));

/** The rows and the objects were compared: sweeps go on. */
export const releaseSweeps = (objects: ObjectStore): Promise<void> => objects.delete(MARK);

/** Whether sweeps stand still, since when; null = they do not. */
export async function heldSince(objects: ObjectStore): Promise<Date | null> {
  const page = await objects.list('marks/', { limit: 1 });
  return page.objects.find(({ key }) => key === MARK)?.modifiedAt ?? null;
}
