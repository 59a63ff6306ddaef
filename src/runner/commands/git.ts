import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../contracts/base/errors.js';
import type { GitInput } from '../../contracts/execution/runner.js';
import { bundleCreate } from '../../git/bundle.js';
import { addVersions } from '../../git/index-pack.js';
import { presentRevisions } from '../../git/presence.js';
import { openRepo, type Repo } from '../../git/process.js';
import { initBare, resolve, updateRef } from '../../git/refs.js';
import { gitObjectsOf, type VersionInGit } from '../../versions/format/git-objects.js';
import { lookAt } from './safe-path.js';

const LEFTOVER = /\.lock$|^\.?tmp[-_]/;
const LOCK_HELD_AT_MOST_MS = 3_600_000;
const MAIN = 'refs/heads/main';

type Op<Name extends GitInput['op']> = Extract<GitInput, { op: Name }>;

/** Runs one operation on a view of a project; the answer is plain JSON. Throws AppErrors. */
export async function runGit(input: GitInput): Promise<unknown> {
  const repo = openRepo(input.repoDir);
  switch (input.op) {
    case 'apply':
      return apply(input);
    case 'state':
      return {
        head: await resolve(repo, MAIN),
        has: await presentRevisions(repo, input.revisions),
      };
    case 'bundle':
      return { bundle: await bundleOf(repo, input.revision) };
  }
}

/** Base64; null = the revision is not here. */
async function bundleOf(repo: Repo, revision: string): Promise<string | null> {
  if ((await presentRevisions(repo, [revision])).length === 0) return null;
  const folder = await mkdtemp(join(tmpdir(), 'dreamcore-bundle-'));
  try {
    const file = join(folder, 'out.bundle');
    await bundleCreate(repo, { want: revision, file });
    return await readFile(file, 'base64');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Repeatable: what is there already is taken in once more, to no effect. */
async function apply({
  repoDir,
  line,
  versions,
  objectsFile,
}: Op<'apply'>): Promise<{ head: string | null }> {
  const repo = await initBare(repoDir);
  await removeLeftovers(repoDir);
  if (objectsFile !== null) await addVersions(repo, await readVersions(objectsFile, versions));
  const [next] = line;
  if (next !== undefined && (await resolve(repo, next)) === null)
    throw new AppError('RevisionMissing', `${next} is not in this repository`);
  const head = await resolve(repo, MAIN);
  if (next === undefined || (head !== null && line.indexOf(head) <= 0)) return { head };
  if (await updateRef(repo, MAIN, next, head)) return { head: next };
  throw new AppError('OPERATION_FAILED', 'main was moved by another call meanwhile');
}

async function readVersions(
  file: string,
  versions: Op<'apply'>['versions'],
): Promise<VersionInGit[]> {
  const bytes = await readFile(file);
  const found: VersionInGit[] = [];
  let offset = 0;
  for (const { revision, sizeBytes } of versions) {
    const version = await gitObjectsOf(bytes.subarray(offset, offset + sizeBytes));
    if (version.revision !== revision)
      throw new AppError('CandidateRefused', `${version.revision} is not ${revision}`);
    found.push(version);
    offset += sizeBytes;
  }
  return found;
}

/**
 * Locks and half-written objects of a git that was killed: a lock blocks its ref for ever. None is
 * held for long.
 */
async function removeLeftovers(gitDir: string): Promise<void> {
  for (const entry of await readdir(gitDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !LEFTOVER.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const stats = await lookAt(file);
    if (stats !== null && Date.now() - stats.mtimeMs >= LOCK_HELD_AT_MOST_MS)
      await rm(file, { force: true });
  }
}
