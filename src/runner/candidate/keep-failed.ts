import { AppError } from '../../contracts/base/errors.js';
import type { GenerateInput } from '../../contracts/execution/runner.js';
import { commitFiles, hashFolder, type HashedFile } from '../../git/commit.js';
import type { Repo } from '../../git/process.js';
import { failedRef } from '../../git/job-refs.js';
import { resolve } from '../../git/refs.js';

type Job = Pick<GenerateInput, 'jobId' | 'attempt' | 'parent' | 'userText'>;

/**
 * Keeps what a run that failed has in its work folder, unchecked (E4), in place of what an earlier
 * attempt left. Nothing is kept of a run that was stopped, that changed nothing, or whose files no
 * repository may hold. Returns the commit, or null.
 */
export async function keepFailed(
  repo: Repo,
  job: Job,
  work: string,
  before: readonly HashedFile[],
  error: unknown,
): Promise<string | null> {
  const kind = error instanceof AppError ? error.kind : 'OPERATION_FAILED';
  if (kind === 'RunCancelled' || kind === 'RunSuperseded') return null;
  const { files } = await hashFolder(repo, work);
  const known = new Map(before.map((file) => [file.path, file.oid]));
  const isSame =
    files.length === before.length && files.every((file) => known.get(file.path) === file.oid);
  if (isSame) return null;
  const ref = failedRef(job.jobId);
  const subject = `unchecked, ${kind}: ${job.userText}`.slice(0, 120);
  const trailers = { 'Job-Id': job.jobId, Attempt: String(job.attempt), Failure: kind };
  const expected = await resolve(repo, ref);
  return commitFiles(repo, files, [], { subject, trailers }, { ref, expected, parent: job.parent });
}
