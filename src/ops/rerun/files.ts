import { isUtf8 } from 'node:buffer';
import { CONTEXT_FOLDER } from '../../domain/game/version-paths.js';
import { failedRef } from '../../git/job-refs.js';
import type { Repo } from '../../git/process.js';
import { listTree, logPage, readFile, type TreeEntry } from '../../git/read.js';
import { resolve } from '../../git/refs.js';
import { firstLine } from './difference.js';

/** A commit that a run left, and the repository that has it. */
export interface LeftFiles {
  readonly repo: Repo;
  readonly revision: string;
}

/** What an attempt left: its candidate, or what it had made when it failed; null = nothing. */
export async function filesOfAttempt(
  repo: Repo,
  job: { readonly jobId: string; readonly attempt: number },
  candidate: string | null,
): Promise<LeftFiles | null> {
  if (candidate !== null)
    return (await resolve(repo, candidate)) === null ? null : { repo, revision: candidate };
  const revision = await resolve(repo, failedRef(job.jobId)).catch(() => null);
  if (revision === null) return null;
  const [entry] = await logPage(repo, revision, { skip: 0, limit: 1 });
  // A later attempt puts its own in that place.
  return entry?.trailers['Attempt'] === String(job.attempt) ? { repo, revision } : null;
}

/** The files of a game by their paths; what is told about it beside them is not among them. */
export async function listGame({ repo, revision }: LeftFiles): Promise<Map<string, TreeEntry>> {
  const files = (await listTree(repo, revision)).filter(
    ({ path }) => !path.startsWith(CONTEXT_FOLDER),
  );
  return new Map(files.map((file) => [file.path, file]));
}

/** The first file that differs, and where; null = the same files, byte for byte. */
export async function differenceOfFiles(
  recorded: LeftFiles,
  now: LeftFiles,
): Promise<string | null> {
  const [before, after] = await Promise.all([listGame(recorded), listGame(now)]);
  for (const path of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    if (before.get(path)?.oid === after.get(path)?.oid) continue;
    if (!before.has(path)) return `${path} is new`;
    if (!after.has(path)) return `${path} is not there any more`;
    const [old, made] = await Promise.all(
      [recorded, now].map(({ repo, revision }) => readFile(repo, revision, path)),
    );
    if (!old || !made || !isUtf8(old) || !isUtf8(made)) return `${path} has other bytes`;
    return `${path}, ${firstLine(old.toString('utf8'), made.toString('utf8'))}`;
  }
  return null;
}
