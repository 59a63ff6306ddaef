import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { projectPrefix, removeBelow, type ProjectPlace } from '../../src/objects/kept-files.js';
import { listAll } from '../../src/objects/object-store.js';
import {
  createPublishedCopies,
  type PublishedCopies,
} from '../../src/versions/kept/published-copies.js';

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
