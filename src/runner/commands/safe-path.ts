import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import type { Stats } from 'node:fs';
import { absentAs } from '../../disk/absent.js';
import { AppError } from '../../contracts/base/errors.js';

function escape(path: string, why: string): AppError {
  return new AppError('PATH_ESCAPE', `${JSON.stringify(path)} ${why}`);
}

/** `lstat` that answers null for what is not there. */
export async function lookAt(path: string): Promise<Stats | null> {
  return lstat(path).catch(absentAs(null));
}

/**
 * Absolute place of `path` inside `root`, following nothing: no step of the way may be a symlink or
 * lead out. The place itself need not exist. Throws `PATH_ESCAPE`; `FILE_NOT_FOUND` when the root
 * is not there.
 */
export async function resolveInside(root: string, path: string): Promise<string> {
  if (!isAbsolute(root)) throw escape(root, 'is not an absolute root');
  const base = await realpath(root).catch(() => {
    throw new AppError('FILE_NOT_FOUND', 'the root folder is not there');
  });
  if (path.includes('\0') || path.includes('\\') || isAbsolute(path))
    throw escape(path, 'is not a relative path');
  const place = resolve(base, path);
  if (place !== base && !place.startsWith(base + sep)) throw escape(path, 'leads out of its root');
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) throw escape(path, 'holds ..');
  let current = base;
  for (const segment of segments) {
    current = join(current, segment);
    const stats = await lookAt(current);
    if (stats === null) break;
    if (!stats.isFile() && !stats.isDirectory())
      throw escape(path, 'passes a link or a special file');
  }
  return place;
}
