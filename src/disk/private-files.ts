import { chmod, lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

/** What others may read, write or enter. */
const OTHERS = 0o077;
/** Passing through, without seeing what is there. */
const PASSING = 0o011;
/** Files checked at most, which bounds the duration. */
const MAX_LOOKED_AT = 200_000;

/**
 * Everything that this process and those that it starts make from here on is for this account
 * alone: folders 0700, files 0600.
 */
export function keepFilesPrivate(): void {
  process.umask(OTHERS);
}

/**
 * Files and folders below `dataDir`, relative to it and at most `limit`, that other accounts could
 * read or write. Where PostgreSQL runs as another account, it passes through the data folder and
 * its own.
 */
export async function openFiles(dataDir: string, limit: number): Promise<string[]> {
  const open: string[] = [];
  const waiting = ['.'];
  for (let looked = 0; looked < MAX_LOOKED_AT && open.length < limit; looked += 1) {
    const name = waiting.pop();
    if (name === undefined) break;
    const file = path.join(dataDir, name);
    // A file that is gone meanwhile has no rights.
    const found = await lstat(file).catch(() => null);
    if (found === null || found.isSymbolicLink()) continue;
    if ((found.mode & OTHERS & ~mayPass(name)) !== 0) open.push(name);
    if (!found.isDirectory()) continue;
    const names = await readdir(file).catch(() => []);
    waiting.push(...names.map((each) => path.join(name, each)));
  }
  return open;
}

/** Takes from other accounts what a tool left them of `folder`: a copy keeps its source's mode. */
export async function closeToOthers(folder: string): Promise<void> {
  for (const name of await openFiles(folder, MAX_LOOKED_AT)) {
    const file = path.join(folder, name);
    await chmod(file, (await lstat(file)).mode & ~OTHERS);
  }
}

const mayPass = (name: string): number => (name === '.' || name === 'postgres' ? PASSING : 0);
