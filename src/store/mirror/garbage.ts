import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/base/errors.js';
import { isUuid } from '../../contracts/base/ids.js';
import { openRepo, type Repo } from '../../git/process.js';
import { packRepo } from '../../git/pack.js';
import { removeOldRefs, type Published } from '../../git/job-refs.js';

/**
 * Deletes the refs of candidates and transfers older than `olderThanMs` in all projects below
 * `usersDir`, for about `budgetMs`; answers how many. A ref that alone holds a published revision
 * stays.
 */
export async function removeCandidates(
  usersDir: string,
  olderThanMs: number,
  published: Published,
  budgetMs: number,
): Promise<number> {
  const startedMs = performance.now();
  let removed = 0;
  for await (const repo of reposBelow(usersDir)) {
    if (performance.now() - startedMs >= budgetMs) break;
    removed += await removeOldRefs(repo, olderThanMs, published);
  }
  return removed;
}

/**
 * Packs the repositories below `usersDir` that need it, for about `budgetMs`: the next round goes
 * on. Answers how many. One that fails does not keep the others; its error is thrown at the end.
 */
export async function packRepositories(usersDir: string, budgetMs: number): Promise<number> {
  const startedMs = performance.now();
  const failures: unknown[] = [];
  let packed = 0;
  for await (const repo of reposBelow(usersDir)) {
    if (performance.now() - startedMs >= budgetMs) break;
    try {
      if (await packRepo(repo)) packed += 1;
    } catch (error) {
      if (!isGone(error)) failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return packed;
}

async function* reposBelow(usersDir: string): AsyncGenerator<Repo> {
  for await (const { userId, projectId } of projectsBelow(usersDir))
    yield openRepo(path.join(usersDir, userId, 'projects', projectId, 'repo.git'));
}

/**
 * Every project that has a folder below `usersDir`, from any user on: a round that ends early must
 * not always leave out the same ones.
 */
export async function* projectsBelow(
  usersDir: string,
): AsyncGenerator<{ userId: string; projectId: string }> {
  const users = await uuidEntries(usersDir);
  const first = Math.floor(Math.random() * users.length);
  for (const userId of [...users.slice(first), ...users.slice(0, first)])
    for (const projectId of await uuidEntries(path.join(usersDir, userId, 'projects')))
      yield { userId, projectId };
}

function isGone(error: unknown): boolean {
  return error instanceof AppError && error.kind === 'RevisionMissing';
}

async function uuidEntries(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(isUuid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
