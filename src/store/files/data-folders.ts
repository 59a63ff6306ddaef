import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isUuid } from '../../contracts/ids.js';
import { quarantine } from '../../disk/quarantine.js';

/** Folders below the data folder that belong to a row: of users, their projects, games. */
export interface DataFolders {
  /** Ids of users that have a folder which was not touched for `olderThanMs`. */
  users(olderThanMs: number): Promise<string[]>;
  /** The same for the projects of a user, and for published games. */
  projects(userId: string, olderThanMs: number): Promise<string[]>;
  games(olderThanMs: number): Promise<string[]>;
  /** Moves the whole folder of a user into the quarantine; nothing there is fine. */
  removeUser(userId: string): Promise<void>;
}

/** Opens the folders; touches nothing yet. */
export function dataFolders(dataDir: string): DataFolders {
  const usersDir = path.join(dataDir, 'users');
  return {
    users: (olderThanMs) => oldIdsIn(usersDir, olderThanMs),
    projects: (userId, olderThanMs) =>
      oldIdsIn(path.join(usersDir, userId, 'projects'), olderThanMs),
    games: (olderThanMs) => oldIdsIn(path.join(dataDir, 'published'), olderThanMs),
    async removeUser(userId) {
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
