import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../contracts/base/errors.js';
import { bundleCreate, bundleFetch } from '../../git/bundle.js';
import { commitTree } from '../../git/commit.js';
import { diffFiles, unifiedDiff } from '../../git/diff.js';
import {
  advanceRef,
  deleteRef,
  initBare,
  isAncestor,
  listRefs,
  resolve,
  type Advance,
} from '../../git/refs.js';
import { candidateRef, removeOldRefs } from '../../git/job-refs.js';
import { presentRevisions } from '../../git/presence.js';
import { openRepo, type Repo } from '../../git/process.js';
import { logPage } from '../../git/read.js';
import { findCandidate } from '../candidate/save.js';
import { lookAt } from './safe-path.js';
import { importBundle } from '../import-bundle.js';
import type { GitInput } from '../../contracts/execution/runner.js';

const LEFTOVER = /\.lock$|^tmp_/;
const LOCK_HELD_AT_MOST_MS = 3_600_000;
const MAIN = 'refs/heads/main';

/** Runs one operation on a repository; the answer is plain JSON. Throws AppErrors. */
export async function runGit(input: GitInput): Promise<unknown> {
  await importBundle(input);
  const repo = openRepo(input.repoDir);
  switch (input.op) {
    case 'candidate':
      return { candidate: await findCandidate(repo, input) };
    case 'log':
      return { entries: await logPage(repo, input.revision, input) };
    case 'diff': {
      const files = await diffFiles(repo, input.parent, input.revision);
      return {
        files,
        unified:
          input.path === undefined
            ? null
            : await unifiedDiff(repo, input.parent, input.revision, input.path),
      };
    }
    case 'restore':
      return { revision: await restore(input) };
    case 'bundle': {
      const have = input.have === null ? null : await resolve(repo, input.have);
      const hasNews = await bundleCreate(repo, { ...input, have });
      return { bundlePath: hasNews ? input.file : null };
    }
    case 'fetch':
      // The receiving side may not have the project yet: a first bundle makes it.
      return {
        ref: await bundleFetch(await initBare(input.repoDir), {
          file: input.file,
          want: input.want,
        }),
      };
    case 'state':
      return {
        head: await resolve(repo, MAIN),
        has: await presentRevisions(repo, input.revisions),
      };
    case 'set-main':
      return setMain(repo, input.revision);
    case 'prune':
      return prune(repo, input.olderThanMs);
  }
}

/** What `incoming` kept alive until now is let go once `main` holds it. */
async function setMain(
  repo: Repo,
  revision: string,
): Promise<{ head: string | null; outcome: Advance }> {
  if ((await resolve(repo, revision)) === null)
    throw new AppError('RevisionMissing', `${revision} is not in this repository`);
  const outcome = await advanceRef(repo, MAIN, revision);
  for (const { ref, revision: kept } of outcome === 'diverged'
    ? []
    : await listRefs(repo, 'refs/incoming')) {
    if (await isAncestor(repo, kept, revision)) await deleteRef(repo, ref);
  }
  return { head: await resolve(repo, MAIN), outcome };
}

/** A project that is not there (any more) has nothing to prune. */
async function prune(
  repo: Repo,
  olderThanMs: number,
): Promise<{ removed: number; orphans: number }> {
  if ((await lookAt(repo.gitDir)) === null) return { removed: 0, orphans: 0 };
  // Asked for when `main` is level with the database: what is not in it was not published.
  const removed = await removeOldRefs(repo, olderThanMs, async () => new Set());
  return { removed, orphans: await removeOrphans(repo.gitDir, olderThanMs) };
}

/**
 * Locks and half-written objects of a git that was killed: a lock blocks its ref for ever. None is
 * held for long.
 */
async function removeOrphans(gitDir: string, olderThanMs: number): Promise<number> {
  let removed = 0;
  for (const entry of await readdir(gitDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !LEFTOVER.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const stats = await lookAt(file);
    if (stats === null || Date.now() - stats.mtimeMs < Math.max(olderThanMs, LOCK_HELD_AT_MOST_MS))
      continue;
    await rm(file, { force: true });
    removed += 1;
  }
  return removed;
}

/** Idempotent by `actionId`: a repetition answers the commit that is there. */
async function restore({
  repoDir,
  actionId,
  source,
  parent,
  subject,
}: Extract<GitInput, { op: 'restore' }>): Promise<string> {
  const repo = openRepo(repoDir);
  const ref = candidateRef(actionId);
  const earlier = await resolve(repo, ref);
  if (earlier !== null) return earlier;
  try {
    return await commitTree(
      repo,
      source,
      { subject, trailers: { 'Job-Id': actionId } },
      { ref, expected: null, parent },
    );
  } catch (error) {
    const first =
      error instanceof AppError && error.details['reason'] === 'ref-moved'
        ? await resolve(repo, ref)
        : null;
    if (first === null) throw error;
    return first;
  }
}
