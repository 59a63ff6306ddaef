import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  hashFolder,
  putCommit,
  type CommitMessage,
  type CommitTarget,
  type HashedFile,
} from '../../src/git/commit.js';
import { git, gitLine, type Repo } from '../../src/git/process.js';
import { assertPlainPath, type FolderLimits } from '../../src/versions/format/scan.js';

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
