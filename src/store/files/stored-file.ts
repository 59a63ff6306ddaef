import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/errors.js';
import { isUuid } from '../../contracts/ids.js';
import { asDiskFull } from '../../disk-full.js';
import { keepFile } from '../../durable-files.js';

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

/** Writes the file in one step: a reader sees the old bytes or the new ones. Throws `DiskFull`. */
export async function replaceFile(file: string, bytes: Buffer): Promise<void> {
  try {
    await keepFile(file, bytes);
  } catch (error) {
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
