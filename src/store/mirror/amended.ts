import { AppError } from '../../contracts/base/errors.js';
import { commitFiles, type ExtraFile } from '../../git/commit.js';
import { candidateRef } from '../../git/job-refs.js';
import type { Repo } from '../../git/process.js';
import { listTree, logPage } from '../../git/read.js';
import { resolve } from '../../git/refs.js';

/** More files for a candidate of a job. */
export interface Amendment {
  readonly jobId: string;
  readonly attempt: number;
  readonly revision: string;
  readonly files: readonly ExtraFile[];
}

/**
 * Commits a candidate anew with these files in it: same parent, words, trailers and date, so that
 * a repeat makes the same commit, and puts the attempt's ref on it (C4).
 */
export async function amendCandidate(
  repo: Repo,
  { jobId, attempt, revision, files }: Amendment,
): Promise<string> {
  const [entry] = await logPage(repo, revision, { skip: 0, limit: 1 });
  if (!entry) throw new AppError('RevisionMissing', `${revision} is not in the mirror`);
  const { subject, trailers, parent, authoredAt: madeAt } = entry;
  const ref = candidateRef(jobId, attempt);
  const kept = await listTree(repo, revision);
  const target = { ref, expected: await resolve(repo, ref), parent };
  return commitFiles(repo, kept, files, { subject, trailers, madeAt }, target);
}
