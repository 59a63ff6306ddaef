import { AppError } from '../contracts/base/errors.js';
import { isUuid } from '../contracts/base/ids.js';
import { listAll, type ObjectStore } from './object-store.js';

export interface ProjectPlace {
  readonly userId: string;
  readonly projectId: string;
}

/** Removes objects below a prefix that are older than `ageMs`. Returns their number. */
export async function removeOlderThan(
  objects: ObjectStore,
  prefix: string,
  ageMs: number,
): Promise<number> {
  const old: string[] = [];
  for await (const { key, modifiedAt } of listAll(objects, prefix))
    if (Date.now() - modifiedAt.getTime() >= ageMs) old.push(key);
  await objects.deleteAll(old);
  return old.length;
}

/** Removes everything below a prefix; an operator can restore it for a while (U2). */
export async function removeBelow(objects: ObjectStore, prefix: string): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of listAll(objects, prefix)) keys.push(key);
  await objects.deleteAll(keys, { canReturn: true });
}

/** Prefix of the keys of a user's project. */
export const projectPrefix = (prefix: string, { userId, projectId }: ProjectPlace): string =>
  `${prefix}${idInKey(userId)}/${idInKey(projectId)}/`;

/** The part of a key that an id is. Throws `PATH_ESCAPE` for what is not a UUID. */
export function idInKey(id: string): string {
  if (!isUuid(id)) throw new AppError('PATH_ESCAPE', 'ids are UUIDs');
  return id.toLowerCase();
}
