import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/base/errors.js';
import { isUuid } from '../../contracts/base/ids.js';
import { absentAs } from '../../disk/absent.js';

const LARGEST_KEPT = 20;

export interface FolderSize {
  readonly bytes: number;
  /** Projects and assets as whole things (`projects/<id>`, `assets/<file>`), the largest first. */
  readonly largest: readonly { path: string; bytes: number }[];
}

/**
 * What a user's files take up in the mirror; nothing there = 0. Links count as themselves and are
 * not followed.
 */
export async function measureUserFolder(dataDir: string, userId: string): Promise<FolderSize> {
  if (!isUuid(userId)) throw new AppError('PATH_ESCAPE', 'user ids are UUIDs');
  const root = path.join(dataDir, 'users', userId.toLowerCase());
  const things: { path: string; bytes: number }[] = [];
  let bytes = 0;
  for (const room of await namesIn(root)) {
    for (const name of await namesIn(path.join(root, room))) {
      const size = await sizeOf(path.join(root, room, name));
      bytes += size;
      things.push({ path: `${room}/${name}`, bytes: size });
    }
  }
  return { bytes, largest: largestOf(things) };
}

/** The largest things, as many as are kept. */
export function largestOf(
  things: readonly { path: string; bytes: number }[],
): { path: string; bytes: number }[] {
  return [...things].sort((left, right) => right.bytes - left.bytes).slice(0, LARGEST_KEPT);
}

/** Entries that vanish while they are measured count as nothing. */
async function sizeOf(place: string): Promise<number> {
  const stats = await lstat(place).catch(absentAs(null));
  if (stats === null) return 0;
  if (!stats.isDirectory()) return stats.size;
  let bytes = 0;
  for (const name of await namesIn(place)) bytes += await sizeOf(path.join(place, name));
  return bytes;
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(absentAs([]));
}
