import { constants } from 'node:fs';
import { lstat, open, readdir, realpath, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, writeSynced } from '../../src/disk/durable-files.js';

/** Larger ones are nothing that V2 made. */
const MAX_FILE_BYTES = 1024 ** 3;

export type NotTaken = 'missing' | 'not a file' | 'not readable' | 'larger than 1 GiB';

/**
 * The bytes of a regular file, whatever is put in its place meanwhile; a link, a pipe or a folder
 * is not read.
 */
export async function readPlainFile(file: string): Promise<Buffer | NotTaken> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK a pipe would hold us until another process writes.
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    if (code === 'ELOOP' || code === 'ENXIO') return 'not a file';
    if (code === 'EACCES' || code === 'EPERM' || code === 'ENAMETOOLONG') return 'not readable';
    throw error;
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return 'not a file';
    return stats.size > MAX_FILE_BYTES ? 'larger than 1 GiB' : await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Text of a small file, or null when it is not there or is no regular file. */
export async function readPlainText(file: string): Promise<string | null> {
  const bytes = await readPlainFile(file);
  return typeof bytes === 'string' ? null : bytes.toString('utf8');
}

/**
 * Names of what is in a folder that is really one; null = it is not there, or is a link or a file.
 */
export async function listFolder(folder: string): Promise<string[] | null> {
  const stats = await lstat(folder).catch(() => null);
  return stats?.isDirectory() ? (await readdir(folder)).sort() : null;
}

/**
 * Does `file` really lie in `home` or below it? `home` is named without links; one on the way to
 * the file leads elsewhere.
 */
export async function isAtHome(file: string, home: string): Promise<boolean> {
  const folder = await realpath(path.dirname(file)).catch(() => null);
  return folder === home || (folder?.startsWith(home + path.sep) ?? false);
}

/** Is there anything of that name, be it a link that leads nowhere? */
export async function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}

/** Writes `bytes` to a new file, with the folders above it. */
export async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  await makeFolder(path.dirname(file));
  await writeSynced(file, bytes);
}
