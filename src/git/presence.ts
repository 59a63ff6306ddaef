import { tryGit, type Repo } from './process.js';

/**
 * Which of `revisions` (newest first, one line) are here with all that they hold and follow; no
 * repository = none. A transfer that was killed may leave a commit without its files: then nothing
 * counts as here, so that everything is sent again.
 */
export async function presentRevisions(
  repo: Repo,
  revisions: readonly string[],
): Promise<string[]> {
  if (revisions.length === 0) return [];
  // One process for all of them: a project may have thousands.
  const { code, stdout } = await tryGit(
    repo,
    ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
    { input: `${revisions.join('\n')}\n` },
  );
  if (code !== 0) return [];
  const known = new Set(stdout.toString('utf8').split('\n'));
  const present = revisions.filter((revision) => known.has(`${revision} commit`));
  return present[0] !== undefined && (await isWhole(repo, present[0])) ? present : [];
}

/** Is every commit, tree and file here that a commit holds and follows? */
export async function isWhole(repo: Repo, revision: string): Promise<boolean> {
  return (
    (await tryGit(repo, ['rev-list', '--objects', '--quiet', '--end-of-options', revision]))
      .code === 0
  );
}
