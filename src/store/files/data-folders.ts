import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isUuid } from '../../contracts/base/ids.js';
import { quarantine } from '../../disk/quarantine.js';

/** Folders below the data folder that belong to a row: of users, their projects, games. */
export function dataFolders(dataDir: string) {
  const usersDir = path.join(dataDir, 'users');
  return {
    /** Ids of users with a folder that was last changed `olderThanMs` ago or earlier. */
    users: (olderThanMs: number) => oldIdsIn(usersDir, olderThanMs),

    /** The same for the projects of a user, and for published games. */
    projects: (userId: string, olderThanMs: number) =>
      oldIdsIn(path.join(usersDir, userId, 'projects'), olderThanMs),
    games: (olderThanMs: number) => oldIdsIn(path.join(dataDir, 'published'), olderThanMs),

    /** Moves the whole folder of a user into the quarantine; a repeat changes nothing. */
    removeUser: async (userId: string): Promise<void> => {
      if (isUuid(userId)) await quarantine(dataDir, path.join(usersDir, userId));
    },
  };
}

async function oldIdsIn(folder: string, olderThanMs: number): Promise<string[]> {
  const old: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!isUuid(name)) continue;
    const info = await stat(path.join(folder, name)).catch(() => null);
    if (info?.isDirectory() && Date.now() - info.mtimeMs >= olderThanMs) old.push(name);
  }
  return old;
}
