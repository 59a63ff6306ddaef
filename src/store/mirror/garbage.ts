import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/errors.js';
import { isUuid } from '../../contracts/ids.js';
import { openRepo, type Repo } from '../../git/process.js';
import { deleteRef, listRefs } from '../../git/refs.js';

export const CANDIDATES = 'refs/jobs';
/**
 * What runs and transfers leave: candidates, and the passing refs of a transfer that was killed.
 */
const PASSING = [CANDIDATES, 'refs/incoming', 'refs/outgoing'];

/**
 * Deletes the refs of candidates and transfers older than `olderThanMs` in all projects below
 * `usersDir`; answers how many.
 */
export async function removeCandidates(usersDir: string, olderThanMs: number): Promise<number> {
  let removed = 0;
  for (const user of await uuidEntries(usersDir)) {
    const projectsDir = path.join(usersDir, user, 'projects');
    for (const project of await uuidEntries(projectsDir)) {
      removed += await removePassingRefs(
        openRepo(path.join(projectsDir, project, 'repo.git')),
        olderThanMs,
      );
    }
  }
  return removed;
}

async function removePassingRefs(repo: Repo, olderThanMs: number): Promise<number> {
  const old = (await passingRefs(repo)).filter(
    ({ committedAt }) => Date.now() - committedAt.getTime() >= olderThanMs,
  );
  for (const { ref } of old) await deleteRef(repo, ref);
  return old.length;
}

/**
 * A project may be made or removed while we look: what is not a repository (yet, any more) has no
 * candidates.
 */
async function passingRefs(repo: Repo): ReturnType<typeof listRefs> {
  try {
    return (await Promise.all(PASSING.map((prefix) => listRefs(repo, prefix)))).flat();
  } catch (error) {
    if (error instanceof AppError && error.kind === 'RevisionMissing') return [];
    throw error;
  }
}

async function uuidEntries(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(isUuid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
