import { join } from 'node:path';
import { assertRevision, gitLine, type Repo } from './process.js';
import { updateRef } from './refs.js';
import { messageText, type CommitMessage as Message } from '../versions/format/git-ids.js';
import { scanFolder, type FolderLimits } from '../versions/format/scan.js';
import { AppError } from '../contracts/base/errors.js';

/** One file of a tree that is to be: its bytes are in the repository already. */
export interface HashedFile {
  readonly path: string;
  readonly oid: string;
}

/** A message, and when it was made, for commits that are made anew; now by default. */
export interface CommitMessage extends Message {
  readonly madeAt?: Date;
}

/** Where a new commit is put: `ref` must stand at `expected` (null = must not exist yet). */
export interface CommitTarget {
  readonly ref: string;
  readonly expected: string | null;
  readonly parent: string | null;
}

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Game Creator',
  GIT_AUTHOR_EMAIL: 'gamecreator@local',
  GIT_COMMITTER_NAME: 'Game Creator',
  GIT_COMMITTER_EMAIL: 'gamecreator@local',
} as const;

/** Quotes a path for `--stdin-paths`, which is line based: any byte may be part of a name. */
function quotePath(path: string): string {
  const bytes = [...Buffer.from(path)].map((byte) =>
    byte < 0x20 || byte >= 0x7f || byte === 0x22 || byte === 0x5c
      ? `\\${byte.toString(8).padStart(3, '0')}`
      : String.fromCharCode(byte),
  );
  return `"${bytes.join('')}"`;
}

/**
 * Stores the bytes of every visible file of `folder` as blobs, unfiltered, and answers what a tree
 * of them would hold. Hidden entries are left out and named in `skipped`. Throws `CandidateRefused`
 * (see {@link scanFolder}).
 */
export async function hashFolder(
  repo: Repo,
  folder: string,
  limits?: FolderLimits,
): Promise<{ files: HashedFile[]; skipped: readonly string[] }> {
  const { files, skipped } = await scanFolder(folder, limits);
  if (files.length === 0) return { files: [], skipped };
  const input = files.map((path) => `${quotePath(join(folder, path))}\n`).join('');
  const oids = (
    await gitLine(repo, ['hash-object', '-w', '--no-filters', '--stdin-paths'], { input })
  ).split('\n');
  if (oids.length !== files.length)
    throw new AppError('OPERATION_FAILED', 'git hashed another number of files than it was given');
  return { files: files.map((path, index) => ({ path, oid: oids[index] ?? '' })), skipped };
}

/** A new commit with the very tree of `source` (restore: byte-exact, whatever came between). */
export async function commitTree(
  repo: Repo,
  source: string,
  message: CommitMessage,
  target: CommitTarget,
): Promise<string> {
  assertRevision(source);
  const tree = await gitLine(repo, ['rev-parse', '--verify', `${source}^{tree}`]);
  return putCommit(repo, tree, message, target);
}

/**
 * Commits a tree and moves `target.ref` there. Throws `OPERATION_FAILED` when the ref was moved
 * meanwhile.
 */
export async function putCommit(
  repo: Repo,
  tree: string,
  message: CommitMessage,
  target: CommitTarget,
): Promise<string> {
  if (target.parent !== null) assertRevision(target.parent);
  const parents = target.parent === null ? [] : ['-p', target.parent];
  const env = { ...IDENTITY, ...(message.madeAt ? datesOf(message.madeAt) : {}) };
  const revision = await gitLine(repo, ['commit-tree', tree, ...parents, '-F', '-'], {
    input: messageText(message),
    env,
  });
  if (!(await updateRef(repo, target.ref, revision, target.expected))) {
    throw new AppError('OPERATION_FAILED', `${target.ref} was moved by somebody else`, {
      reason: 'ref-moved',
      ref: target.ref,
    });
  }
  return revision;
}

function datesOf(madeAt: Date): Record<string, string> {
  const date = `@${Math.floor(madeAt.getTime() / 1000)} +0000`;
  return { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
}
