import { randomUUID } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { absentAs, exists, filesBelow } from './absent.js';
import { makeFolder, placeFile, syncFolder } from './durable-files.js';

/**
 * What was removed waits for its end in `DATA_DIR/removed/<time>-<id>/`, at the path that it had
 * below `DATA_DIR` (U2): an operator moves it back there. The product reads nothing below it.
 */
const FOLDER = 'removed';

/** Moves files or folders below `dataDir` into one entry of the quarantine, each in one step. */
export async function quarantine(dataDir: string, ...places: string[]): Promise<void> {
  const entry = path.join(dataDir, FOLDER, `${Date.now()}-${randomUUID()}`);
  for (const place of places) {
    const inside = insideOf(dataDir, place);
    // An absent one needs no folder in the quarantine.
    if ((await lstat(place).catch(absentAs(null))) === null) continue;
    const target = path.join(entry, inside);
    await makeFolder(path.dirname(target), 0o700);
    const isMoved = await rename(place, target).then(() => true, absentAs(false));
    if (isMoved) await syncFolder(path.dirname(place));
  }
}

/**
 * Moves files that were removed from a place below `dataDir`, or from below it, back there, the
 * last of each; what is there stays. Returns how many.
 */
export async function bringBack(dataDir: string, place: string): Promise<number> {
  const folder = path.join(dataDir, FOLDER);
  const inside = insideOf(dataDir, place);
  const entries = await readdir(folder).catch(absentAs([]));
  let back = 0;
  for (const name of entries.sort((one, other) => removedAtMs(other) - removedAtMs(one))) {
    const removed = path.join(folder, name, inside);
    const found = await lstat(removed).catch(absentAs(null));
    for (const file of found?.isFile() ? [''] : await filesBelow(removed)) {
      const target = path.join(place, file);
      if (await exists(target)) continue;
      await placeFile(path.join(removed, file), target, { folderMode: 0o700 });
      back += 1;
    }
  }
  return back;
}

function insideOf(dataDir: string, place: string): string {
  const inside = path.relative(dataDir, place);
  if (inside === '' || inside.startsWith('..') || path.isAbsolute(inside))
    throw new Error(`${place} is not below ${dataDir}`);
  return inside;
}

/** NaN for a name that no entry has. */
const removedAtMs = (name: string): number => Number(/^(\d+)-/.exec(name)?.[1] ?? Number.NaN);

/** Erases entries older than `keepMs`; stops between two entries when the signal aborts. */
export async function emptyQuarantine(
  dataDir: string,
  keepMs: number,
  mayGoOn: () => boolean = () => true,
): Promise<number> {
  const folder = path.join(dataDir, FOLDER);
  let erased = 0;
  for (const name of (await readdir(folder).catch(absentAs([]))).sort()) {
    if (!(Date.now() - removedAtMs(name) >= keepMs)) continue;
    if (!mayGoOn()) break;
    await rm(path.join(folder, name), { recursive: true, force: true });
    erased += 1;
  }
  return erased;
}
