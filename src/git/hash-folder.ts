import { join } from 'node:path';
import { gitLine, type Repo } from './process.js';
import { scanFolder, type FolderLimits } from '../versions/format/scan.js';
import { AppError } from '../contracts/base/errors.js';

/** One file of a tree that is to be: its bytes are in the repository already. */
export interface HashedFile {
  readonly path: string;
  readonly oid: string;
}

/** Quotes a path for `--stdin-paths`, which is line based: any byte may be part of a name. */
function quotePath(path: string): string {
  const bytes = [...Buffer.from(path)].map((byte) =>
    byte < 0x20 || byte >= 0x7f || byte === 0x22 || byte === 0x5c
      ? `\\${byte.toString(8).padStart(3, '0')}`
      : String.fromCharCode(byte),
  );
  return `"${bytes.join('')}"`;
}

/**
 * Stores the bytes of every visible file of `folder` as blobs, unfiltered, and answers what a tree
 * of them would hold. Hidden entries are left out and named in `skipped`. Throws `CandidateRefused`
 * (see {@link scanFolder}).
 */
export async function hashFolder(
  repo: Repo,
  folder: string,
  limits?: FolderLimits,
): Promise<{ files: HashedFile[]; skipped: readonly string[] }> {
  const { files, skipped } = await scanFolder(folder, limits);
  if (files.length === 0) return { files: [], skipped };
  const input = files.map((path) => `${quotePath(join(folder, path))}\n`).join('');
  const oids = (
    await gitLine(repo, ['hash-object', '-w', '--no-filters', '--stdin-paths'], { input })
  ).split('\n');
  if (oids.length !== files.length)
    throw new AppError('OPERATION_FAILED', 'git hashed another number of files than it was given');
  return { files: files.map((path, index) => ({ path, oid: oids[index] ?? '' })), skipped };
}
