import { AppError } from '../contracts/base/errors.js';
import { KEEP_REMOVED_MS } from '../contracts/base/retention.js';
import type { Repo } from './process.js';
import { deleteRef, isAncestor, listRefs, resolve, setRef, type RefEntry } from './refs.js';

const MAIN = 'refs/heads/main';
const CANDIDATES = 'refs/jobs';
/** Left by runs and transfers until they are published or imported. */
const PASSING = [CANDIDATES, 'refs/incoming', 'refs/outgoing'];
/** Results of failed jobs, for analysis (E4). */
const FAILED = 'refs/failed';

/** The candidate of an attempt; an action has one (E2). */
export function candidateRef(workId: string, attempt = 1): string {
  return `${CANDIDATES}/${workId}/${attempt}`;
}

/** Where the last thing that a failed job made is found, for two weeks (E4). */
export function failedRef(jobId: string): string {
  return `${FAILED}/${jobId}`;
}

/** Which of these revisions were published. */
export type Published = (revisions: readonly string[]) => Promise<ReadonlySet<string>>;

/**
 * Deletes what runs and transfers left more than `olderThanMs` ago, and what failed jobs left two
 * weeks ago. Answers how many refs. A ref that alone holds a published revision stays (U2): `main`
 * may be behind. A repository that is not there has no refs.
 */
export async function removeOldRefs(
  repo: Repo,
  olderThanMs: number,
  published: Published,
): Promise<number> {
  const passing = await Promise.all(PASSING.map((prefix) => oldRefs(repo, prefix, olderThanMs)));
  const old = [...passing.flat(), ...(await oldRefs(repo, FAILED, KEEP_REMOVED_MS))];
  if (old.length === 0) return 0;
  const main = await resolve(repo, MAIN);
  const aside: string[] = [];
  for (const { revision } of old)
    if (main === null || !(await isAncestor(repo, revision, main))) aside.push(revision);
  const kept = await published(aside);
  const unneeded = old.filter(({ revision }) => !kept.has(revision));
  for (const { ref } of unneeded) await deleteRef(repo, ref);
  return unneeded.length;
}

/** The candidates of a job or an action. */
export function listCandidates(repo: Repo, workId: string): Promise<RefEntry[]> {
  return refsThere(repo, `${CANDIDATES}/${workId}`);
}

/** Keeps the newest candidate of a job that is ended from outside as a failed job's work (E4). */
export async function keepLastCandidate(repo: Repo, jobId: string): Promise<void> {
  const candidates = await listCandidates(repo, jobId);
  const last = candidates.sort((a, b) => a.committedAt.getTime() - b.committedAt.getTime()).at(-1);
  if (last) await setRef(repo, failedRef(jobId), last.revision);
}

/** What is kept of a job: its candidates, and what it had made when it failed. */
export async function listKept(repo: Repo, jobId: string): Promise<RefEntry[]> {
  const failed = await refsThere(repo, failedRef(jobId));
  return [...(await listCandidates(repo, jobId)), ...failed];
}

async function oldRefs(repo: Repo, prefix: string, olderThanMs: number): Promise<RefEntry[]> {
  return (await refsThere(repo, prefix)).filter(
    ({ committedAt }) => Date.now() - committedAt.getTime() >= olderThanMs,
  );
}

/** A project may be made or removed while we look: without a repository there are none. */
function refsThere(repo: Repo, prefix: string): Promise<RefEntry[]> {
  return listRefs(repo, prefix).catch((error: unknown) => {
    if (error instanceof AppError && error.kind === 'RevisionMissing') return [];
    throw error;
  });
}
