import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { projectPrefix, removeBelow, type ProjectPlace } from '../../src/objects/kept-files.js';
import { listAll, type ObjectStore } from '../../src/objects/object-store.js';
import { openBucket } from '../../src/objects/open.js';
import { S3Url } from '../../src/objects/s3/place.js';
import {
  createPublishedCopies,
  type PublishedCopies,
} from '../../src/versions/kept/published-copies.js';
import type { Stack } from './stack.js';

/** Keys below a prefix of what a data folder keeps. */
export async function keysIn(dataDir: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(createFileObjectStore(dataDir), prefix)) keys.push(key);
  return keys;
}

/** The copies of published games in a data folder. */
export function copiesIn(dataDir: string): PublishedCopies {
  return createPublishedCopies(createFileObjectStore(dataDir));
}

/** Removes the records of a project's plays, as if their time were over. */
export function removePlays(dataDir: string, project: ProjectPlace): Promise<void> {
  return removeBelow(createFileObjectStore(dataDir), projectPrefix('plays/', project));
}

/** Where a stack keeps its objects: the bucket of its environment, else its data folder. */
export function objectsOf({ dataDir, env }: Pick<Stack, 'dataDir' | 'env'>): ObjectStore {
  const { OBJECTS_URL, OBJECTS_ACCESS_KEY_ID, OBJECTS_SECRET_ACCESS_KEY } = env;
  const access = { OBJECTS_ACCESS_KEY_ID, OBJECTS_SECRET_ACCESS_KEY };
  const place = { DATA_DIR: dataDir, OBJECTS_CACHE_GIB: 0, OBJECTS_URL: undefined };
  const bucket =
    OBJECTS_URL === undefined
      ? null
      : openBucket({ ...place, ...access, OBJECTS_URL: S3Url.parse(OBJECTS_URL) });
  return bucket ?? createFileObjectStore(dataDir);
}
