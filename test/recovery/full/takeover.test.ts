import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { fillDataDir } from '../../fixtures/data-dir/fill.js';
import { takeoverPromises } from '../takeover-promises.js';

/** The last release before schemas had a version, run from its own checkout. */
const RELEASE = 'be9e45d8';

const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: PROJECT_ROOT });
let checkout: string | null = null;
afterAll(async () => {
  if (checkout === null) return;
  await rm(checkout, { recursive: true, force: true });
  await git('worktree', 'prune');
});

describe('U1/O1: the same from a checkout of that release', () => {
  takeoverPromises(async (dataDir) => {
    checkout = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-release-'));
    await git('worktree', 'add', '--detach', '--force', checkout, RELEASE);
    for (const folder of ['node_modules', '.tools'])
      await symlink(path.join(PROJECT_ROOT, folder), path.join(checkout, folder));
    return fillDataDir(checkout, dataDir);
  });
});
