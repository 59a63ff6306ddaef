import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { git, type Repo } from './process.js';

const PACK_TIMEOUT_MS = 120_000;
/** Of the 256 folders that git spreads loose objects over: this many hold about 120 objects. */
const LOOSE_FOLDERS = 96;
const MANY_PACKS = 10;
/** No command writes a pack for so long: what is older was left by one that was killed. */
const DRAFT_AGE_MS = 60 * 60_000;

/**
 * Puts the objects of a repository into one pack when many lie about; answers whether it did.
 * Nothing is ever removed, reachable or not: an object is in the new pack before its old copy goes,
 * a reader looks again where it misses one, and what is written meanwhile stays as it is. So
 * neither needs to know of it.
 */
export async function packRepo(repo: Repo): Promise<boolean> {
  const packs = join(repo.gitDir, 'objects', 'pack');
  const [loose, packed] = await Promise.all([
    namesIn(join(repo.gitDir, 'objects')),
    namesIn(packs),
  ]);
  await removeOldDrafts(packs, packed);
  const looseFolders = loose.filter((name) => /^[0-9a-f]{2}$/.test(name)).length;
  const packCount = packed.filter((name) => name.endsWith('.pack')).length;
  if (looseFolders < LOOSE_FOLDERS && packCount < MANY_PACKS) return false;
  await git(repo, ['repack', '-a', '-d', '-l', '-q', '--keep-unreachable'], {
    timeoutMs: PACK_TIMEOUT_MS,
  });
  return true;
}

async function removeOldDrafts(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names.filter((each) => /^\.?tmp[-_]/.test(each))) {
    const info = await stat(join(folder, name)).catch(() => null);
    if (info && Date.now() - info.mtimeMs >= DRAFT_AGE_MS)
      await rm(join(folder, name), { force: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
