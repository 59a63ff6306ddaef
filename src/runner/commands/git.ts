import { DreamError } from '../../contracts/errors.js';
import { bundleCreate, bundleFetch } from '../../git/bundle.js';
import { commitTree } from '../../git/commit.js';
import { diffFiles, unifiedDiff } from '../../git/diff.js';
import { initBare, resolve } from '../../git/refs.js';
import { openRepo } from '../../git/process.js';
import { logPage } from '../../git/read.js';
import { findCandidate } from '../candidate/save.js';
import type { GitInput } from '../../contracts/runner-input.js';

/** Runs one operation on a repository; the answer is plain JSON. Throws DreamErrors. */
export async function runGit(input: GitInput): Promise<unknown> {
  const repo = openRepo(input.repoDir);
  switch (input.op) {
    case 'candidate':
      return { candidate: await findCandidate(repo, input) };
    case 'log':
      return { entries: await logPage(repo, input.revision, input) };
    case 'diff': {
      const files = await diffFiles(repo, input.parent, input.revision);
      return { files, unified: input.path === undefined ? null : await unifiedDiff(repo, input.parent, input.revision, input.path) };
    }
    case 'restore':
      return { revision: await restore(input) };
    case 'bundle': {
      const hasNews = await bundleCreate(repo, input);
      return { bundlePath: hasNews ? input.file : null };
    }
    case 'fetch':
      // The receiving side may not have the project yet: a first bundle makes it.
      return { ref: await bundleFetch(await initBare(input.repoDir), input) };
  }
}

/** Idempotent by `actionId`: a repetition answers the commit that is there. */
async function restore({ repoDir, actionId, source, parent, subject }: Extract<GitInput, { op: 'restore' }>): Promise<string> {
  const repo = openRepo(repoDir);
  const ref = `refs/jobs/${actionId}/1`;
  const earlier = await resolve(repo, ref);
  if (earlier !== null) return earlier;
  try {
    return await commitTree(repo, source, { subject, trailers: { 'Job-Id': actionId } }, { ref, expected: null, parent });
  } catch (error) {
    const first = error instanceof DreamError && error.details['reason'] === 'ref-moved' ? await resolve(repo, ref) : null;
    if (first === null) throw error;
    return first;
  }
}
