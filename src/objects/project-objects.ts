import { removeBelow } from './kept-files.js';
import { listAll, readBytes, type ObjectInfo, type ObjectStore } from './object-store.js';

/** An object, with the time when it was stored. */
export interface StoredFile {
  readonly bytes: Buffer;
  readonly changedAt: Date;
}

/** Whether an object of a project is still wanted. */
export interface KeepingRights {
  /** Ends the row of the action that made it; false = it had ended otherwise, or is gone. */
  readonly endRow: () => Promise<boolean>;
  readonly projectExists: () => Promise<boolean>;
}

/**
 * Keeps an object of a project that may be deleted at any moment, in place of older ones below the
 * same prefix (F2). No lock spans database and store, so the order does it: the bytes are stored
 * under a key of their own, the row is ended, and a caller that finds the project gone removes what
 * lies below the prefix again. False = not kept. Throws `DiskFull` before the row is ended.
 */
export async function keepProjectObject(
  objects: ObjectStore,
  { prefix, key }: { prefix: string; key: string },
  bytes: Buffer,
  { endRow, projectExists }: KeepingRights,
): Promise<boolean> {
  await objects.put(key, bytes);
  const isWanted = await endRow();
  if (!isWanted) await objects.delete(key);
  if (!(await projectExists())) {
    await removeBelow(objects, prefix);
    return false;
  }
  if (isWanted) await removeOlder(objects, prefix, key);
  return isWanted;
}

/** The newest object below a prefix; null = there is none. */
export async function readNewest(objects: ObjectStore, prefix: string): Promise<StoredFile | null> {
  const [newest] = await newestFirst(objects, prefix);
  const object = newest && (await objects.get(newest.key));
  return object ? { bytes: await readBytes(object), changedAt: object.modifiedAt } : null;
}

export async function hasAnyBelow(objects: ObjectStore, prefix: string): Promise<boolean> {
  return (await objects.list(prefix, { limit: 1 })).objects.length > 0;
}

/** Of two that are kept at once the newer one stays, whichever comes here first. */
export async function removeOlder(
  objects: ObjectStore,
  prefix: string,
  key: string,
): Promise<void> {
  const kept = await newestFirst(objects, prefix);
  const own = kept.findIndex((each) => each.key === key);
  if (own !== -1) await objects.deleteAll(kept.slice(own + 1).map((each) => each.key));
}

/** All objects below a prefix, the newest first. */
export async function newestFirst(objects: ObjectStore, prefix: string): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  for await (const object of listAll(objects, prefix)) found.push(object);
  return found.sort(
    (one, other) =>
      other.modifiedAt.getTime() - one.modifiedAt.getTime() || (other.key < one.key ? -1 : 1),
  );
}
