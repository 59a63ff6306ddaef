import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { DreamError } from '../contracts/errors.js';
import { isUuid } from '../contracts/primitives.js';
import { commitTree } from '../git/commit.js';
import { gitLine, openRepo, type Repo } from '../git/process.js';
import { listTree, logPage, readFile, type TreeEntry } from '../git/read.js';
import { deleteRef, initBare, isAncestor, listRefs, resolve, updateRef } from '../git/refs.js';
import { readAiContext, readVersionEdits, type AiContext, type VersionEdits } from './version-details.js';

const MAIN = 'refs/heads/main';
const CANDIDATES = 'refs/jobs';
const ADVANCE_TRIES = 5;

export interface RestoreCommit {
  /** Revision whose files come back, and the head that the new one follows. */
  readonly from: string;
  readonly parent: string;
  readonly actionId: string;
  readonly subject: string;
}

/** Repositories of all projects on this machine (E1). Ids are UUIDs of any case; revisions are full hashes. */
export interface Mirror {
  /** Makes the project's bare repository unless it is there; answers its path. */
  ensure(userId: string, projectId: string): Promise<string>;
  /** Bytes of one file; null when that revision has no such file. Throws `RevisionMissing`. */
  readFile(userId: string, projectId: string, revision: string, file: string): Promise<Buffer | null>;
  /** All files of a revision. Throws `RevisionMissing`. */
  listFiles(userId: string, projectId: string, revision: string): Promise<TreeEntry[]>;
  /** Hash of a revision's tree: equal trees are equal files, byte for byte. Throws `RevisionMissing`. */
  treeOf(userId: string, projectId: string, revision: string): Promise<string>;
  /** The newest `.ai-context` of a revision; null when there is none that can be read. Throws `RevisionMissing`. */
  readAiContext(userId: string, projectId: string, revision: string): Promise<AiContext | null>;
  /** What a version changed, and its summary. Throws `RevisionMissing`. */
  readVersionEdits(userId: string, projectId: string, revision: string): Promise<VersionEdits>;
  /** Throws `RevisionMissing` unless the commit is here, `CandidateRefused` unless it follows `parent`. */
  assertRevision(userId: string, projectId: string, revision: string, parent: string | null): Promise<void>;
  /** Commits the files of an old revision anew under the action's own ref; the same commit when it is repeated (E5). */
  commitRestore(userId: string, projectId: string, commit: RestoreCommit): Promise<string>;
  /** Brings `main` up to a published revision; never back to an older one. */
  advanceMain(userId: string, projectId: string, revision: string): Promise<void>;
  /** Removes the project's folder; nothing there is fine. */
  remove(userId: string, projectId: string): Promise<void>;
  /** Deletes the refs of candidates older than `olderThanMs`, in all projects; answers how many (E4). */
  removeCandidates(olderThanMs: number): Promise<number>;
}

/** Opens the mirror under the data folder; touches nothing yet. */
export function createMirror(dataDir: string): Mirror {
  const folder = (userId: string, projectId: string) => projectFolder(dataDir, userId, projectId);
  const repoOf = (userId: string, projectId: string): Repo => openRepo(path.join(folder(userId, projectId), 'repo.git'));
  return {
    ensure: async (userId, projectId) => (await initBare(repoOf(userId, projectId).gitDir)).gitDir,
    readFile: async (userId, projectId, revision, file) => readFile(repoOf(userId, projectId), revision, file),
    listFiles: async (userId, projectId, revision) => listTree(repoOf(userId, projectId), revision),
    treeOf: async (userId, projectId, revision) => treeOf(repoOf(userId, projectId), revision),
    readAiContext: async (userId, projectId, revision) => readAiContext(repoOf(userId, projectId), revision),
    readVersionEdits: async (userId, projectId, revision) => readVersionEdits(repoOf(userId, projectId), revision),
    assertRevision: async (userId, projectId, revision, parent) => assertFollows(repoOf(userId, projectId), revision, parent),
    commitRestore: async (userId, projectId, commit) => commitRestore(repoOf(userId, projectId), commit),
    advanceMain: async (userId, projectId, revision) => advanceMain(repoOf(userId, projectId), revision),
    remove: async (userId, projectId) => removeFolder(folder(userId, projectId)),
    removeCandidates: (olderThanMs) => removeCandidates(path.join(dataDir, 'users'), olderThanMs),
  };
}

/** Throws before any path is made of something that is not a UUID. */
function projectFolder(dataDir: string, userId: string, projectId: string): string {
  if (!isUuid(userId) || !isUuid(projectId)) throw new DreamError('PATH_ESCAPE', 'user and project ids are UUIDs');
  return path.join(dataDir, 'users', userId.toLowerCase(), 'projects', projectId.toLowerCase());
}

async function assertHere(repo: Repo, revision: string): Promise<void> {
  if ((await resolve(repo, revision)) !== revision) throw new DreamError('RevisionMissing', `${revision} is not in the mirror`);
}

async function treeOf(repo: Repo, revision: string): Promise<string> {
  await assertHere(repo, revision);
  return gitLine(repo, ['rev-parse', '--verify', `${revision}^{tree}`]);
}

async function assertFollows(repo: Repo, revision: string, parent: string | null): Promise<void> {
  await assertHere(repo, revision);
  const [entry] = await logPage(repo, revision, { skip: 0, limit: 1 });
  if (entry?.parent !== parent) throw new DreamError('CandidateRefused', 'the commit follows another revision than promised', { reason: 'parent' });
}

async function commitRestore(repo: Repo, { from, parent, actionId, subject }: RestoreCommit): Promise<string> {
  await assertHere(repo, from);
  await assertHere(repo, parent);
  const ref = `${CANDIDATES}/${actionId.toLowerCase()}/1`;
  const earlier = await resolve(repo, ref);
  if (earlier !== null) {
    const [entry] = await logPage(repo, earlier, { skip: 0, limit: 1 });
    if (entry?.parent === parent && (await treeOf(repo, earlier)) === (await treeOf(repo, from))) return earlier;
  }
  return commitTree(repo, from, { subject, trailers: { 'Job-Id': actionId } }, { ref, expected: earlier, parent });
}

async function advanceMain(repo: Repo, revision: string): Promise<void> {
  for (let tries = 1; tries <= ADVANCE_TRIES; tries += 1) {
    const current = await resolve(repo, MAIN);
    // A late repeat must not take it back.
    if (current !== null && (await isAncestor(repo, revision, current))) return;
    if (await updateRef(repo, MAIN, revision, current)) return;
  }
  throw new DreamError('OPERATION_FAILED', 'main was moved by somebody else again and again');
}

/** Out of sight in one step, then file by file; a repeat finishes what an interrupted removal left. */
async function removeFolder(folder: string): Promise<void> {
  const doomed = path.join(path.dirname(folder), `.removed-${path.basename(folder)}`);
  await rm(doomed, { recursive: true, force: true });
  try {
    await rename(folder, doomed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await rm(doomed, { recursive: true, force: true });
}

async function removeCandidates(usersDir: string, olderThanMs: number): Promise<number> {
  let removed = 0;
  for (const user of await uuidEntries(usersDir)) {
    const projectsDir = path.join(usersDir, user, 'projects');
    for (const project of await uuidEntries(projectsDir)) {
      const repo = openRepo(path.join(projectsDir, project, 'repo.git'));
      for (const { ref, committedAt } of await candidatesOf(repo)) {
        if (Date.now() - committedAt.getTime() < olderThanMs) continue;
        await deleteRef(repo, ref);
        removed += 1;
      }
    }
  }
  return removed;
}

/** A project may be made or removed while we look: what is not a repository (yet, any more) has no candidates. */
async function candidatesOf(repo: Repo): ReturnType<typeof listRefs> {
  try {
    return await listRefs(repo, CANDIDATES);
  } catch (error) {
    if (error instanceof DreamError && error.kind === 'RevisionMissing') return [];
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
