import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from '../../contracts/base/hashes.js';
import { AppError } from '../../contracts/base/errors.js';
import type { FilesInput } from '../../contracts/execution/runner.js';
import { asDiskFull } from '../../disk/disk-full.js';
import { keepFile } from '../../disk/durable-files.js';
import { lookAt, resolveInside } from './safe-path.js';

interface Listed {
  path: string;
  kind: 'file' | 'folder';
  sizeBytes: number;
  modifiedAt: string;
}

/**
 * Runs one operation on files inside one user's root; the answer is plain JSON. Throws
 * `PATH_ESCAPE`, `FILE_NOT_FOUND`, `DiskFull`.
 */
export async function runFiles(input: FilesInput): Promise<unknown> {
  const place = await resolveInside(input.root, input.path);
  switch (input.op) {
    case 'list':
      return { entries: await list(place) };
    case 'write':
      return write(input.root, input.path, Buffer.from(input.content, input.encoding));
    case 'delete':
      return remove(input.path, place);
  }
}

function notFound(): AppError {
  return new AppError('FILE_NOT_FOUND', 'no such file');
}

/** Direct children, by name; links and special files are not shown. */
async function list(folder: string): Promise<Listed[]> {
  if (!(await lookAt(folder))?.isDirectory()) throw notFound();
  const entries: Listed[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const stats = await lookAt(join(folder, name));
    if (stats === null || !(stats.isFile() || stats.isDirectory())) continue;
    const isFile = stats.isFile();
    entries.push({
      path: name,
      kind: isFile ? 'file' : 'folder',
      sizeBytes: isFile ? stats.size : 0,
      modifiedAt: stats.mtime.toISOString(),
    });
  }
  return entries;
}

/** All or nothing: the bytes are complete before they get their name. */
async function write(
  root: string,
  path: string,
  content: Buffer,
): Promise<{ sizeBytes: number; sha256: string }> {
  const file = await resolveInside(root, path);
  if ((await lookAt(file))?.isDirectory() || path === '' || path.endsWith('/'))
    throw new AppError('PATH_ESCAPE', 'a folder is in the way');
  try {
    await keepFile(file, content);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR')
      throw new AppError('PATH_ESCAPE', 'a file is in the way');
    throw asDiskFull(error, 'no space left');
  }
  return { sizeBytes: content.length, sha256: sha256Of(content) };
}

/** Removes a file or a folder with all it holds; never the root itself. */
async function remove(path: string, place: string): Promise<{ isDeleted: boolean }> {
  if (path.split('/').every((segment) => segment === '' || segment === '.'))
    throw new AppError('PATH_ESCAPE', 'the root itself is not deleted');
  const stats = await lookAt(place);
  if (stats === null) return { isDeleted: false };
  await rm(place, { recursive: true, force: true });
  return { isDeleted: true };
}
