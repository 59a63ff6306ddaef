import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';

/**
 * How files come to stay (E4): written aside, synced, renamed, and the folder synced, so that a
 * name that is there after a power cut has all of its bytes. Everything that keeps a file below
 * `DATA_DIR` does it through here. Errors are those of the system calls.
 */

/** Another process may remove an empty folder between its creation and its use. */
const MAX_PLACE_TRIES = 10;

/** Puts `bytes` at `file` in one step: a reader sees the old bytes or the new ones. */
export async function keepFile(
  file: string,
  bytes: string | Uint8Array,
  { mode }: { mode?: number } = {},
): Promise<void> {
  const draft = path.join(path.dirname(file), `.${randomUUID()}.part`);
  try {
    await makeFolder(path.dirname(file));
    await writeSynced(draft, bytes, mode);
    await placeFile(draft, file);
  } catch (error) {
    // The draft may lie below a file that is no folder: the first error is the one to report.
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Writes a new file and syncs its bytes; the caller, who places it, syncs its name. */
export async function writeSynced(
  file: string,
  body: string | Uint8Array | Readable,
  mode?: number,
): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await writeFile(handle, body);
    await handle.sync();
  } finally {
    await handle.close();
    if (body instanceof Readable) body.destroy();
  }
}

/** Gives a synced draft its name in one step, in a folder that is made when needed. */
export async function placeFile(
  draft: string,
  file: string,
  { folderMode }: { folderMode?: number } = {},
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await makeFolder(path.dirname(file), folderMode);
      await rename(draft, file);
      await syncFolder(path.dirname(file));
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || tries === MAX_PLACE_TRIES) throw error;
    }
  }
}

/** Gives a folder of a few files its name in one step; nothing may have that name. */
export async function placeFolder(draft: string, folder: string): Promise<void> {
  await syncTree(draft);
  await rename(draft, folder);
  await syncFolder(path.dirname(folder));
}

/** Makes the folder; each folder that is new has its own name synced in the folder above it. */
export async function makeFolder(folder: string, mode?: number): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode });
  if (first === undefined) return;
  const top = path.dirname(first);
  for (let above = path.dirname(folder); above.length >= top.length; above = path.dirname(above)) {
    await syncFolder(above);
    if (above === path.dirname(above)) return;
  }
}

/** Syncs the bytes of a file that a stream or another program has written. */
async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Syncs the names in a folder. A file system that cannot do that keeps them by itself. */
export async function syncFolder(folder: string): Promise<void> {
  await syncFile(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EINVAL' && error.code !== 'ENOTSUP') throw error;
  });
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(place);
    else if (entry.isFile()) await syncFile(place);
  }
  await syncFolder(folder);
}
