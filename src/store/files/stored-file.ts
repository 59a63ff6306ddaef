import { randomUUID } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/errors.js';
import { isUuid } from '../../contracts/ids.js';
import { asDiskFull } from '../../disk/disk-full.js';
import { makeFolder, placeFile, writeSynced } from '../../disk/durable-files.js';

export interface StoredFile {
  readonly bytes: Buffer;
  readonly changedAt: Date;
}

/**
 * The folder of a project, which holds its repository and what lies beside it. Throws `PATH_ESCAPE`
 * before a path is made of something that is not a UUID.
 */
export function projectFolder(dataDir: string, userId: string, projectId: string): string {
  if (!isUuid(userId) || !isUuid(projectId)) throw new AppError('PATH_ESCAPE', 'ids are UUIDs');
  return path.join(dataDir, 'users', userId.toLowerCase(), 'projects', projectId.toLowerCase());
}

/** Who knows whether a file of a project is still wanted. */
export interface KeepingRights {
  /** Ends the row of whoever made the file; false = that had ended otherwise, or is gone. */
  readonly endRow: () => Promise<boolean>;
  readonly projectExists: () => Promise<boolean>;
}

/**
 * Keeps a file of a project that may be deleted at any moment (F2). No lock exists across database
 * and disk, so the order does it: the bytes wait aside, the row is ended, they take their place in
 * one step, and whoever finds the project gone removes its folder again. False = not kept. Throws
 * `DiskFull` before the row is ended.
 */
export async function keepProjectFile(
  file: string,
  bytes: Buffer,
  { endRow, projectExists }: KeepingRights,
): Promise<boolean> {
  const draft = await writeDraft(file, bytes);
  let isKept = false;
  try {
    if (await endRow()) isKept = await placeFile(draft, file).then(() => true, nothingThere);
  } finally {
    await rm(draft, { force: true });
  }
  if (await projectExists()) return isKept;
  await rm(path.dirname(file), { recursive: true, force: true });
  return false;
}

/** The delete was faster: it took the folder away. */
function nothingThere(error: NodeJS.ErrnoException): false {
  if (error.code === 'ENOENT') return false;
  throw error;
}

async function writeDraft(file: string, bytes: Buffer): Promise<string> {
  const draft = path.join(path.dirname(file), `.${randomUUID()}.part`);
  try {
    await makeFolder(path.dirname(file));
    await writeSynced(draft, bytes);
    return draft;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw asDiskFull(error, (error as Error).message);
  }
}

/** Null when there is no such file. */
export async function readStored(file: string): Promise<StoredFile | null> {
  try {
    const [bytes, { mtime }] = await Promise.all([readFile(file), stat(file)]);
    return { bytes, changedAt: mtime };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
