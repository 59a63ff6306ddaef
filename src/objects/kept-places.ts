import { idInKey, removeBelow, type ProjectPlace } from './kept-files.js';
import type { ObjectPage, ObjectStore } from './object-store.js';

export type Owner = 'users' | 'projects' | 'games';

interface KeptFolder {
  readonly root: string;
  readonly of: Owner;
  /** How many parts of a key follow `root` up to the owner's id, which is the last of them. */
  readonly parts: 1 | 2;
}

/** Where everything lies that belongs to a row; images of actions go by their age alone. */
export const KEPT_FOLDERS: readonly KeptFolder[] = [
  { root: 'a/', of: 'users', parts: 1 },
  { root: 'p/', of: 'projects', parts: 1 },
  { root: 's/', of: 'projects', parts: 1 },
  { root: 't/', of: 'projects', parts: 1 },
  { root: 'v/', of: 'projects', parts: 1 },
  { root: 'recordings/', of: 'projects', parts: 1 },
  { root: 'plays/', of: 'projects', parts: 2 },
  { root: 'screenshots/', of: 'projects', parts: 2 },
  { root: 'tapes/', of: 'projects', parts: 2 },
  { root: 'g/', of: 'games', parts: 1 },
];
const OF_USERS = ['a/', 'images/', 'plays/', 'screenshots/', 'tapes/'];
/** Sorts after every part of a key that begins with hex digits, or is `global`. */
const LAST_PART = 'zzzz';

/** Folders of everything of a project but its published game. */
export function projectFolders({ userId, projectId }: ProjectPlace): string[] {
  return KEPT_FOLDERS.filter(({ of }) => of === 'projects').map(({ root, parts }) => {
    const user = parts === 2 ? `${idInKey(userId)}/` : '';
    return `${root}${user}${idInKey(projectId)}/`;
  });
}

/** Removes everything of a project but its published game; an operator can restore it (U2). */
export async function removeProjectObjects(
  objects: ObjectStore,
  place: ProjectPlace,
): Promise<void> {
  for (const folder of projectFolders(place)) await removeBelow(objects, folder);
}

/** Removes what lies below a user's own prefixes; an operator can restore it (U2). */
export async function removeUserObjects(objects: ObjectStore, userId: string): Promise<void> {
  for (const root of OF_USERS) await removeBelow(objects, `${root}${idInKey(userId)}/`);
}

/** Folders `<root><part>/…/` of that many parts, by pages of keys: the rest of one is skipped. */
export async function* foldersBelow(
  objects: Pick<ObjectStore, 'list'>,
  { root, parts }: Pick<KeptFolder, 'root' | 'parts'>,
): AsyncGenerator<string> {
  const depth = root.split('/').length - 1 + parts;
  for (let after: string | null = null; ;) {
    const page: ObjectPage = await objects.list(root, { after });
    const folders = page.objects.map(({ key }) => folderOf(key, depth));
    yield* new Set(folders.filter((folder) => folder !== null));
    if (page.next === null) return;
    const last = folders.at(-1) ?? null;
    after = last === null ? page.next : `${last}${LAST_PART}`;
  }
}

/** The first parts of a key; null = it has no more than those. */
function folderOf(key: string, depth: number): string | null {
  const folder = `${key.split('/').slice(0, depth).join('/')}/`;
  return key.startsWith(folder) ? folder : null;
}
