import { access, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** A `catch` for paths that do not exist, also below a file: `value`. Rethrows other errors. */
export function absentAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return value;
    throw error;
  };
}

/** Whether there is a file or folder that this process can reach. */
export function exists(place: string): Promise<boolean> {
  return access(place).then(
    () => true,
    () => false,
  );
}

/**
 * Removes the entries of a folder that were last changed `ageMs` ago or earlier; returns their
 * number. Entries that vanish meanwhile are not counted.
 */
export async function removeOldEntries(folder: string, ageMs: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    const entry = path.join(folder, name);
    const info = await stat(entry).catch(() => null);
    if (info === null || Date.now() - info.mtimeMs < ageMs) continue;
    await rm(entry, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

/** All files below a folder, relative to it; none where it is absent. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    absentAs([]),
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}
