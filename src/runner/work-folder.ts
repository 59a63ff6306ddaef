import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from '../contracts/base/hashes.js';
import type { FileBytes } from '../versions/format/encode.js';

import { refuse, scanFolder, VERSION_LIMITS } from '../versions/format/scan.js';

/** What a work folder holds at one moment. */
export interface WorkFiles {
  readonly files: readonly FileBytes[];
  /** Hidden entries that were left out. */
  readonly skipped: readonly string[];
}

/** SHA-256 of each file of a work folder by its path. */
export type WorkHashes = ReadonlyMap<string, string>;

/** All visible files by their bytes. Throws `CandidateRefused` (see {@link scanFolder}). */
export async function readWork(folder: string): Promise<WorkFiles> {
  const { files: paths, skipped } = await scanFolder(folder);
  const files: FileBytes[] = [];
  let left = VERSION_LIMITS.maxTotalBytes;
  for (const path of paths) {
    const bytes = await readPlain(folder, path, left);
    left -= bytes.length;
    files.push({ path, bytes });
  }
  return { files, skipped };
}

/** What {@link readWork} would hold, without keeping any bytes. */
export async function hashWork(folder: string): Promise<WorkHashes> {
  const hashes = new Map<string, string>();
  for (const path of (await scanFolder(folder)).files)
    hashes.set(path, sha256Of(await readPlain(folder, path, VERSION_LIMITS.maxFileBytes)));
  return hashes;
}

/** Files that are new since then, or have other bytes. */
export function changedSince(before: WorkHashes, files: readonly FileBytes[]): FileBytes[] {
  return files.filter(({ path, bytes }) => before.get(path) !== sha256Of(bytes));
}

/** A file that was a plain one when it was scanned: neither what took its place nor more of it. */
async function readPlain(folder: string, path: string, maxBytes: number): Promise<Buffer> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(join(folder, path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => {
    throw refuse('file-moved', path);
  });
  try {
    const { size } = await file.stat();
    if (size > Math.min(maxBytes, VERSION_LIMITS.maxFileBytes))
      throw refuse('file-too-large', path);
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
