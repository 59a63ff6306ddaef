import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../contracts/base/errors.js';

/** What one version of a game may hold. */
export const VERSION_LIMITS = {
  maxFiles: 5_000,
  maxFileBytes: 10 * 1024 * 1024,
  maxTotalBytes: 50 * 1024 * 1024,
} as const;

/** Folders and hidden entries cost time too, although no version holds them. */
const ENTRIES_PER_FILE = 2;
/** Short enough for the system's own limit to be out of reach, wherever the folder lies. */
const MAX_PATH_BYTES = 1_024;

export interface FolderScan {
  /** Paths relative to the folder, `/` between segments, sorted by bytes. */
  readonly files: readonly string[];
  /** Hidden files and folders that were left out (a folder counts once). */
  readonly skipped: readonly string[];
}

/**
 * The refusal that every rule about a model's files ends in; `reason` is stable, for tests and
 * logs.
 */
export function refuse(reason: string, path: string): AppError {
  const shown = path.slice(0, MAX_PATH_BYTES);
  return new AppError('CandidateRefused', `${reason}: ${JSON.stringify(shown)}`, {
    reason,
    path: shown,
  });
}

/**
 * Looks at everything below `folder` without following or opening anything.
 * Throws `CandidateRefused` for symlinks, special files, names that are not UTF-8 or mean something
 * to git, and for too much.
 */
export async function scanFolder(folder: string): Promise<FolderScan> {
  const { maxFiles, maxFileBytes, maxTotalBytes } = VERSION_LIMITS;
  const files: string[] = [];
  const skipped: string[] = [];
  let totalBytes = 0;
  let entries = 0;

  const visit = async (relative: string): Promise<void> => {
    for (const rawName of await readdir(join(folder, relative), { encoding: 'buffer' })) {
      const name = rawName.toString('utf8');
      const path = relative === '' ? name : `${relative}/${name}`;
      if (!Buffer.from(name, 'utf8').equals(rawName)) throw refuse('name-not-utf8', path);
      if (Buffer.byteLength(path) > MAX_PATH_BYTES) throw refuse('path-too-long', path);
      entries += 1;
      if (entries > maxFiles * ENTRIES_PER_FILE) throw refuse('too-many-entries', path);
      if (name.startsWith('.')) {
        skipped.push(path);
        continue;
      }
      if (/^git~\d+$/i.test(name)) throw refuse('name-reserved', path);
      const stats = await lstat(join(folder, path));
      if (stats.isDirectory()) {
        await visit(path);
        continue;
      }
      if (!stats.isFile()) throw refuse(stats.isSymbolicLink() ? 'symlink' : 'special-file', path);
      totalBytes += stats.size;
      files.push(path);
      if (stats.size > maxFileBytes) throw refuse('file-too-large', path);
      if (totalBytes > maxTotalBytes) throw refuse('folder-too-large', path);
      if (files.length > maxFiles) throw refuse('too-many-files', path);
    }
  };
  await visit('');
  return { files: files.sort(byBytes), skipped: skipped.sort(byBytes) };
}

/** Order of paths: that of their bytes. */
export const byBytes = (left: string, right: string): number =>
  Buffer.compare(Buffer.from(left), Buffer.from(right));

/** Throws `CandidateRefused` unless a path stays where it is put and means nothing to git. */
export function assertPlainPath(path: string): void {
  const isPlain = path
    .split('/')
    .every((segment) => segment !== '' && !/^(\.{1,2}|\.git|git~\d+)$/i.test(segment));
  if (!isPlain || path.includes('\0')) throw refuse('path', path);
}
