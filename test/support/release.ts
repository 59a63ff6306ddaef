import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../src/config.js';

/** The last release before versions were objects. */
export const RELEASE = 'be9e45d8';

const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: PROJECT_ROOT });

/** A checkout of a commit, with nothing built, that shares what is installed here. */
export async function checkOut(
  commit: string,
): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-release-'));
  await git('worktree', 'add', '--detach', '--force', folder, commit);
  for (const shared of ['node_modules', '.tools'])
    await symlink(path.join(PROJECT_ROOT, shared), path.join(folder, shared));
  return {
    folder,
    remove: async () => {
      await rm(folder, { recursive: true, force: true });
      await git('worktree', 'prune');
    },
  };
}
