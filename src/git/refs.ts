import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../contracts/base/errors.js';
import { exists } from '../disk/absent.js';
import { makeFolder, placeFolder } from '../disk/durable-files.js';
import {
  assertRevision,
  git,
  gitFailure,
  gitLine,
  openRepo,
  tryGit,
  type Repo,
} from './process.js';

export interface RefEntry {
  readonly ref: string;
  readonly revision: string;
  readonly committedAt: Date;
}

const NO_REVISION = '0'.repeat(40);
const REF_NAME = /^refs\/[\w.-]+(\/[\w.-]+)+$/;

function assertRef(ref: string): void {
  if (!REF_NAME.test(ref) || ref.includes('..') || ref.endsWith('.lock'))
    throw new AppError('OPERATION_FAILED', 'not a usable ref name');
}

/**
 * Makes an empty bare repository, or leaves an existing one as it is. It appears in one step:
 * several callers at a time do not meet in it, and one that is killed leaves no half of it, nor
 * git's lock, to those who come later.
 */
export async function initBare(gitDir: string): Promise<Repo> {
  const repo = openRepo(gitDir);
  if (await exists(join(gitDir, 'HEAD'))) return repo;
  await makeFolder(dirname(gitDir));
  const draft = `${gitDir}.${randomUUID()}`;
  try {
    await git(openRepo(draft), [
      'init',
      '--quiet',
      '--bare',
      '--template=',
      '--initial-branch=main',
      draft,
    ]);
    await placeFolder(draft, gitDir);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another process was first.
    if (!(await exists(join(gitDir, 'HEAD')))) throw error;
  }
  return repo;
}

/**
 * Full hash of the commit that a ref, a full or an abbreviated hash names; null when there is none
 * or more than one.
 */
export async function resolve(repo: Repo, name: string): Promise<string | null> {
  if (!/^[\w./-]+$/.test(name)) return null;
  const outcome = await tryGit(repo, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${name}^{commit}`,
  ]);
  const revision = outcome.stdout.toString('utf8').trim();
  return outcome.code === 0 && /^[0-9a-f]{40}$/.test(revision) ? revision : null;
}

/**
 * Moves `ref` to `next` only while it still stands at `expected` (null = must not exist). False =
 * it was moved meanwhile.
 */
export async function updateRef(
  repo: Repo,
  ref: string,
  next: string,
  expected: string | null,
): Promise<boolean> {
  assertRef(ref);
  assertRevision(next);
  if (expected !== null) assertRevision(expected);
  const args = ['update-ref', ref, next, expected ?? NO_REVISION];
  const outcome = await tryGit(repo, args);
  if (outcome.code === 0) return true;
  if (
    /is at [0-9a-f]{40} but expected|reference already exists|unable to resolve reference/.test(
      outcome.stderr,
    )
  )
    return false;
  throw gitFailure(args, outcome);
}

/** Deletes `ref`; a ref that is not there is fine. */
export async function deleteRef(repo: Repo, ref: string): Promise<void> {
  assertRef(ref);
  await git(repo, ['update-ref', '-d', ref]);
}

/** Every ref below `prefix` (for example `refs/jobs`), with the time its commit was made. */
export async function listRefs(repo: Repo, prefix: string): Promise<RefEntry[]> {
  const format = '%(refname)%00%(objectname)%00%(committerdate:unix)';
  const lines = (await gitLine(repo, ['for-each-ref', `--format=${format}`, prefix]))
    .split('\n')
    .filter(Boolean);
  return lines.map((line) => {
    const [ref = '', revision = '', seconds = '0'] = line.split('\0');
    return { ref, revision, committedAt: new Date(Number(seconds) * 1000) };
  });
}
