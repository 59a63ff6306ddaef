import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Repo } from './process.js';
import { listTree, readBlobs } from './read.js';
import { assertPlainPath, refuse } from '../versions/format/scan.js';

const WRITES_AT_ONCE = 32;

/**
 * Fills `folder` with the files of a revision, byte for byte, without git's checkout (E3).
 * `accept` chooses paths (default: all). Answers the paths written. Existing files are never
 * overwritten: it throws.
 */
export async function writeTreeTo(
  repo: Repo,
  revision: string,
  folder: string,
  accept: (path: string) => boolean = () => true,
): Promise<string[]> {
  const entries = (await listTree(repo, revision)).filter((entry) => accept(entry.path));
  for (const entry of entries) {
    assertPlainPath(entry.path);
    if (!entry.mode.startsWith('100')) throw refuse('special-file', entry.path);
  }
  const blobs = await readBlobs(
    repo,
    entries.map((entry) => entry.oid),
  );
  const folders = new Set(entries.map((entry) => dirname(join(folder, entry.path))));
  for (const each of folders) await mkdir(each, { recursive: true });
  for (let at = 0; at < entries.length; at += WRITES_AT_ONCE) {
    const batch = entries.slice(at, at + WRITES_AT_ONCE);
    await Promise.all(
      batch.map((entry, index) =>
        writeFile(join(folder, entry.path), blobs[at + index] ?? '', { flag: 'wx' }),
      ),
    );
  }
  return entries.map((entry) => entry.path);
}
