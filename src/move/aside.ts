import { readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { absentAs, exists } from '../disk/absent.js';
import { makeFolder, syncFolder } from '../disk/durable-files.js';
import { isUuid } from '../contracts/base/ids.js';

/** What the layout before objects kept: repositories and files of users, published copies. */
const FOLDERS = ['users', 'assets', 'published', 'uploads'];

/** Where that is kept aside, as it was. */
export const asideFolder = (dataDir: string): string => path.join(dataDir, 'before-objects');

/** Puts the folders of the older layout aside, each in one step; a repeat changes nothing. */
export async function setAside(dataDir: string): Promise<void> {
  const aside = asideFolder(dataDir);
  for (const name of FOLDERS) {
    const from = path.join(dataDir, name);
    if (!(await exists(from)) || (await exists(path.join(aside, name)))) continue;
    await makeFolder(aside, 0o700);
    await rename(from, path.join(aside, name));
    await syncFolder(aside);
    await syncFolder(dataDir);
  }
}

/** A project of the older layout, and its folder. */
export interface OldProject {
  readonly userId: string;
  readonly projectId: string;
  readonly folder: string;
}

/** Where a project of the older layout lies, or would lie. */
export function oldProject(dataDir: string, userId: string, projectId: string): OldProject {
  const users = path.join(asideFolder(dataDir), 'users');
  const folder = path.join(users, userId.toLowerCase(), 'projects', projectId.toLowerCase());
  return { userId, projectId, folder };
}

export const repositoryOf = ({ folder }: OldProject): string => path.join(folder, 'repo.git');

/** All projects of the older layout. */
export async function* oldProjects(dataDir: string): AsyncGenerator<OldProject> {
  const users = path.join(asideFolder(dataDir), 'users');
  for (const userId of await idsIn(users))
    for (const projectId of await idsIn(path.join(users, userId, 'projects')))
      yield oldProject(dataDir, userId, projectId);
}

/** Names of the entries of a folder that are ids; none when there is no such folder. */
export async function idsIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(absentAs([]))).filter((name) => isUuid(name)).sort();
}
