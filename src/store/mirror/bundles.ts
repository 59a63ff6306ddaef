import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { asDiskFull } from '../../disk/disk-full.js';
import { bundleCreate, bundleFetch } from '../../git/bundle.js';
import type { Repo } from '../../git/process.js';
import { advanceRef, deleteRef, resolve, setRef } from '../../git/refs.js';

export const MAIN = 'refs/heads/main';

export interface BundleImport {
  readonly bytes: Uint8Array;
  /** The commit that the bundle was promised to hold. */
  readonly want: string;
  /** Stands at `want` afterwards. `refs/heads/main` goes forward only. */
  readonly ref: string;
}

export interface BundleRange {
  /**
   * The newest commit that the receiver has; null = it has nothing. One that is not here counts as
   * null.
   */
  readonly have: string | null;
  readonly want: string;
}

export async function importBundle(
  repo: Repo,
  scratchDir: string,
  { bytes, want, ref }: BundleImport,
): Promise<void> {
  await withBundleFile(scratchDir, async (file) => {
    await writeFile(file, bytes, { flag: 'wx' }).catch((error: unknown) => {
      throw asDiskFull(error, 'no space left for a bundle');
    });
    // A name of its own: two imports of one commit must not take each other's ref away.
    const incoming = await bundleFetch(repo, {
      file,
      want,
      incoming: `refs/incoming/${randomUUID()}`,
    });
    try {
      await (ref === MAIN ? advanceRef(repo, ref, want) : setRef(repo, ref, want));
    } finally {
      await deleteRef(repo, incoming);
    }
  });
}

export async function exportBundle(
  repo: Repo,
  scratchDir: string,
  { have, want }: BundleRange,
): Promise<Buffer | null> {
  const known = have === null ? null : await resolve(repo, have);
  return withBundleFile(scratchDir, async (file) =>
    (await bundleCreate(repo, { have: known, want, file })) ? readFile(file) : null,
  );
}

/**
 * A file for the length of a call; what a killed process leaves is removed with old scratch folders
 * (`collectGarbage`).
 */
async function withBundleFile<T>(
  scratchDir: string,
  use: (file: string) => Promise<T>,
): Promise<T> {
  await mkdir(scratchDir, { recursive: true });
  const file = path.join(scratchDir, `${randomUUID()}.bundle`);
  try {
    return await use(file);
  } finally {
    await rm(file, { force: true });
  }
}
