import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, gitLine, type Repo } from '../../src/git/process.js';
import { updateRef } from '../../src/git/refs.js';
import { messageText, type CommitMessage as Message } from '../../src/versions/format/git-ids.js';
import { scanFolder } from '../../src/versions/format/scan.js';

/** A message, and when it was made, for commits that are made anew; now by default. */
interface CommitMessage extends Message {
  readonly madeAt?: Date;
}

/** Where a new commit is put: `ref` must stand at `expected` (null = must not exist yet). */
interface CommitTarget {
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

interface CommittedFile {
  readonly path: string;
  readonly content: string | Buffer;
}

/** Commits these files by git's own commands, and moves `target.ref` there. */
export async function commitFiles(
  repo: Repo,
  files: readonly CommittedFile[],
  message: CommitMessage,
  target: CommitTarget,
): Promise<string> {
  return putCommit(repo, await writeTree(repo, files), message, target);
}

/** {@link commitFiles} with all visible files of a folder. */
export async function commitFolder(
  repo: Repo,
  folder: string,
  { message, target }: { message: CommitMessage; target: CommitTarget },
): Promise<string> {
  const { files } = await scanFolder(folder);
  const read = files.map(async (path) => ({ path, content: await readFile(join(folder, path)) }));
  return commitFiles(repo, await Promise.all(read), message, target);
}

async function writeTree(repo: Repo, files: readonly CommittedFile[]): Promise<string> {
  const blobs = new Map<string, string>();
  for (const { path, content: input } of files)
    blobs.set(
      path,
      await gitLine(repo, ['hash-object', '-w', '--stdin', '--no-filters'], { input }),
    );
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
  if (!(await updateRef(repo, target.ref, revision, target.expected)))
    throw new Error(`${target.ref} was moved by another writer`);
  return revision;
}

function datesOf(madeAt: Date): Record<string, string> {
  const date = `@${Math.floor(madeAt.getTime() / 1000)} +0000`;
  return { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
}
