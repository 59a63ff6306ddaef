import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../src/contracts/base/errors.js';
import { hashFolder, type HashedFile } from '../../src/git/hash-folder.js';
import { git, gitLine, type Repo } from '../../src/git/process.js';
import { updateRef } from '../../src/git/refs.js';
import { messageText, type CommitMessage as Message } from '../../src/versions/format/git-ids.js';
import { assertPlainPath, type FolderLimits } from '../../src/versions/format/scan.js';

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

/** A file that exists in memory only and goes straight into the tree. */
export interface ExtraFile {
  readonly path: string;
  readonly content: string | Buffer;
}

/**
 * Commits exactly `files` + `extra` (which win) and moves `target.ref` there. Throws
 * `OPERATION_FAILED` when the ref was moved meanwhile.
 */
export async function commitFiles(
  repo: Repo,
  files: readonly HashedFile[],
  extra: readonly ExtraFile[],
  message: CommitMessage,
  target: CommitTarget,
): Promise<string> {
  const tree = await writeTree(repo, files, extra);
  return putCommit(repo, tree, message, target);
}

/** {@link hashFolder} and {@link commitFiles} in one: the whole folder becomes the new tree. */
export async function commitFolder(
  repo: Repo,
  folder: string,
  options: {
    extra?: readonly ExtraFile[];
    message: CommitMessage;
    target: CommitTarget;
    limits?: FolderLimits;
  },
): Promise<{ revision: string; skipped: readonly string[] }> {
  const { files, skipped } = await hashFolder(repo, folder, options.limits);
  const revision = await commitFiles(
    repo,
    files,
    options.extra ?? [],
    options.message,
    options.target,
  );
  return { revision, skipped };
}

async function writeTree(
  repo: Repo,
  files: readonly HashedFile[],
  extra: readonly ExtraFile[],
): Promise<string> {
  const blobs = new Map(files.map((file) => [file.path, file.oid]));
  for (const { path, content } of extra) {
    assertPlainPath(path);
    blobs.set(
      path,
      await gitLine(repo, ['hash-object', '-w', '--stdin', '--no-filters'], { input: content }),
    );
  }
  // The index is private to this call: two commits at a time never see each other's.
  const folder = await mkdtemp(join(tmpdir(), 'dreamcore-index-'));
  try {
    const env = { GIT_INDEX_FILE: join(folder, 'index') };
    const records = [...blobs].map(([path, oid]) => `100644 ${oid}\t${path}\0`).join('');
    await git(repo, ['read-tree', '--empty'], { env });
    await git(repo, ['update-index', '-z', '--index-info'], { env, input: records });
    return await gitLine(repo, ['write-tree'], { env });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Commits a tree and moves `target.ref` there. Throws `OPERATION_FAILED` when the ref was moved
 * meanwhile.
 */
async function putCommit(
  repo: Repo,
  tree: string,
  message: CommitMessage,
  target: CommitTarget,
): Promise<string> {
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

/** Bytes of one file of a revision. */
export function fileOf(repo: Repo, revision: string, path: string): Promise<Buffer> {
  return git(repo, ['cat-file', 'blob', `${revision}:${path}`]);
}
