import { randomUUID } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/base/errors.js';
import { isUuid } from '../../contracts/base/ids.js';
import { absentAs } from '../../disk/absent.js';
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

/** Whether a file of a project is still wanted. */
export interface KeepingRights {
  /** Ends the row of the action that made the file; false = it had ended otherwise, or is gone. */
  readonly endRow: () => Promise<boolean>;
  readonly projectExists: () => Promise<boolean>;
}

/**
 * Keeps a file of a project that may be deleted at any moment (F2). No lock spans database and
 * disk, so the order does it: the bytes are written aside, the row is ended, they take their place
 * in one step, and a caller that finds the project gone removes its folder again. False = not kept.
 * Throws `DiskFull` before the row is ended.
 */
export async function keepProjectFile(
  file: string,
  bytes: Buffer,
  { endRow, projectExists }: KeepingRights,
): Promise<boolean> {
  const draft = await writeDraft(file, bytes);
  let isKept = false;
  try {
    // A delete may have removed the folder meanwhile.
    if (await endRow()) isKept = await placeFile(draft, file).then(() => true, absentAs(false));
  } finally {
    await rm(draft, { force: true });
  }
  if (await projectExists()) return isKept;
  await rm(path.dirname(file), { recursive: true, force: true });
  return false;
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
export function readStored(file: string): Promise<StoredFile | null> {
  return Promise.all([readFile(file), stat(file)]).then(
    ([bytes, { mtime }]) => ({ bytes, changedAt: mtime }),
    absentAs(null),
  );
}
