import { access, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/base/errors.js';
import { quarantine } from '../../disk/quarantine.js';
import { isUuid } from '../../contracts/base/ids.js';
import { commitFiles, commitTree, type ExtraFile } from '../../git/commit.js';
import { candidateRef, type Published } from '../../git/job-refs.js';
import { gitLine, openRepo, type Repo } from '../../git/process.js';
import { listTree, logPage, readBlobs, readFile, type TreeEntry } from '../../git/read.js';
import { presentRevisions } from '../../git/presence.js';
import { advanceRef, initBare, resolve, syncRef, type Advance } from '../../git/refs.js';
import { refuse } from '../../versions/format/scan.js';
import { assertVersionPaths } from '../../domain/game/version-paths.js';
import { amendCandidate, type Amendment } from './amended.js';
import { mirrorAssets, type MirrorAssets } from './asset-copies.js';
import {
  exportBundle,
  importBundle,
  MAIN,
  type BundleImport,
  type BundleRange,
} from './bundles.js';
import { packRepositories, projectsBelow, removeCandidates } from './garbage.js';
import { wordsMentioned } from './mentions.js';
import {
  readAiContext,
  readDifference,
  readVersionEdits,
  type AiContext,
  type VersionEdits,
} from './version-details.js';

export interface RestoreCommit {
  /** Revision whose files come back, and the head that the new one follows. */
  readonly from: string;
  readonly parent: string;
  readonly actionId: string;
  readonly subject: string;
}

/** The files of `parent`, with these in place of its own. */
export interface ChangeCommit {
  readonly parent: string;
  readonly files: readonly ExtraFile[];
  readonly actionId: string;
  readonly subject: string;
}

/** Files of another project's version, in a version of this one. */
export interface RemixCommit {
  readonly source: {
    readonly userId: string;
    readonly projectId: string;
    readonly revision: string;
  };
  readonly isWanted: (path: string) => boolean;
  readonly actionId: string;
  readonly subject: string;
  /** What it follows; left out = it is the project's first version. */
  readonly parent?: string | null;
  /** Its number among the commits of the action; 1 when it is left out. */
  readonly number?: number;
}

/** What a store holds of a project. */
export interface RepoState {
  readonly head: string | null;
  readonly has: readonly string[];
}

/**
 * Repositories of all projects on this machine (E1). Ids are UUIDs of any case; revisions are full
 * hashes.
 */
export interface Mirror {
  /** Makes the project's bare repository unless it is there; answers its path. */
  ensure(userId: string, projectId: string): Promise<string>;
  /** Where the project's bare repository lies, or would lie. */
  place(userId: string, projectId: string): string;
  /** Is there a repository of the project at all? */
  isHere(userId: string, projectId: string): Promise<boolean>;
  /** Bytes of one file; null when that revision has no such file. Throws `RevisionMissing`. */
  readFile(
    userId: string,
    projectId: string,
    revision: string,
    file: string,
  ): Promise<Buffer | null>;
  /** All files of a revision. Throws `RevisionMissing`. */
  listFiles(userId: string, projectId: string, revision: string): Promise<TreeEntry[]>;
  /**
   * Hash of a revision's tree: equal trees are equal files, byte for byte. Throws
   * `RevisionMissing`.
   */
  treeOf(userId: string, projectId: string, revision: string): Promise<string>;
  /**
   * The newest `.ai-context` of a revision; null when there is none that can be read. Throws
   * `RevisionMissing`.
   */
  readAiContext(userId: string, projectId: string, revision: string): Promise<AiContext | null>;
  /** What a version changed, and its summary. Throws `RevisionMissing`. */
  readVersionEdits(userId: string, projectId: string, revision: string): Promise<VersionEdits>;
  /** What of the game differs between two versions of any age. Throws `RevisionMissing`. */
  readDifference(
    userId: string,
    projectId: string,
    since: string,
    revision: string,
  ): Promise<VersionEdits['edits']>;
  /**
   * Throws `RevisionMissing` unless the commit is here, `CandidateRefused` unless it follows
   * `parent` and holds what a version may hold (E3).
   */
  assertRevision(
    userId: string,
    projectId: string,
    revision: string,
    parent: string | null,
  ): Promise<void>;
  /**
   * Commits the files of an old revision anew under the action's own ref; the same commit when it
   * is repeated (E5).
   */
  commitRestore(userId: string, projectId: string, commit: RestoreCommit): Promise<string>;
  /**
   * Commits a revision's files with some of them changed, under the action's own ref; the same
   * commit when it is repeated. Throws `RevisionMissing`.
   */
  commitChange(userId: string, projectId: string, commit: ChangeCommit): Promise<string>;
  /** A candidate with more files in it; the same commit when it is repeated (C4). */
  amendCandidate(userId: string, projectId: string, amendment: Amendment): Promise<string>;
  /**
   * Commits what is wanted of another project's revision, as the project's first or upon `parent`,
   * under the action's own ref; the same commit when it is repeated. Throws `RevisionMissing`.
   */
  commitRemix(userId: string, projectId: string, commit: RemixCommit): Promise<string>;
  /**
   * Takes the commits of a bundle in, then puts `ref` on `want`; the project's repository is made
   * unless it is there (E6). A repeat changes nothing, an interrupted call leaves nothing. Throws
   * `RevisionMissing` (`details.missing`) when what the bundle builds on is not here,
   * `CandidateRefused` when it holds another commit than promised.
   */
  importBundle(userId: string, projectId: string, bundle: BundleImport): Promise<void>;
  /**
   * The commits `have..want`; null = there is nothing to send. Throws `RevisionMissing` when `want`
   * is not here.
   */
  exportBundle(userId: string, projectId: string, range: BundleRange): Promise<Buffer | null>;
  /**
   * Where `main` stands (null = nowhere), and which of a line of revisions, newest first, are here
   * with all that they hold.
   */
  state(userId: string, projectId: string, revisions: readonly string[]): Promise<RepoState>;
  /** Throws `RevisionMissing` unless the commit is here. */
  assertHere(userId: string, projectId: string, revision: string): Promise<void>;
  /** Brings `main` forward to a published revision; never back to an older one, never aside. */
  advanceMain(userId: string, projectId: string, revision: string): Promise<Advance>;
  /**
   * Which of the words stand in a text of any version or candidate that is here; `isText` decides
   * by path.
   */
  wordsMentioned(
    userId: string,
    projectId: string,
    words: ReadonlySet<string>,
    isText: (path: string) => boolean,
  ): Promise<Set<string>>;
  /** All projects that have a folder here. */
  projects(): AsyncGenerator<{ userId: string; projectId: string }>;
  /** Moves the project's folder into the quarantine (U2); nothing there is fine. */
  remove(userId: string, projectId: string): Promise<void>;
  readonly assets: MirrorAssets;
  /**
   * Deletes the refs of candidates older than `olderThanMs`, in all projects, for about `budgetMs`;
   * answers how many (E4). A ref that alone holds a published revision stays.
   */
  removeCandidates(olderThanMs: number, published: Published, budgetMs: number): Promise<number>;
  /**
   * Packs the repositories of all projects that need it, for about `budgetMs`; answers how many. No
   * reader or writer notices, and nothing is removed.
   */
  packRepositories(budgetMs: number): Promise<number>;
}

/** Opens the mirror under the data folder; touches nothing yet. */
export function createMirror(dataDir: string): Mirror {
  const folder = (userId: string, projectId: string) => projectFolder(dataDir, userId, projectId);
  const repoOf = (userId: string, projectId: string): Repo =>
    openRepo(path.join(folder(userId, projectId), 'repo.git'));
  return {
    ensure: async (userId, projectId) => (await initBare(repoOf(userId, projectId).gitDir)).gitDir,
    place: (userId, projectId) => repoOf(userId, projectId).gitDir,
    isHere: async (userId, projectId) =>
      access(path.join(repoOf(userId, projectId).gitDir, 'HEAD')).then(
        () => true,
        () => false,
      ),
    readFile: async (userId, projectId, revision, file) =>
      readFile(repoOf(userId, projectId), revision, file),
    listFiles: async (userId, projectId, revision) => listTree(repoOf(userId, projectId), revision),
    treeOf: async (userId, projectId, revision) => treeOf(repoOf(userId, projectId), revision),
    readAiContext: async (userId, projectId, revision) =>
      readAiContext(repoOf(userId, projectId), revision),
    readVersionEdits: async (userId, projectId, revision) =>
      readVersionEdits(repoOf(userId, projectId), revision),
    readDifference: async (userId, projectId, since, revision) =>
      readDifference(repoOf(userId, projectId), since, revision),
    assertRevision: async (userId, projectId, revision, parent) =>
      assertFollows(repoOf(userId, projectId), revision, parent),
    commitRestore: async (userId, projectId, commit) =>
      commitRestore(repoOf(userId, projectId), commit),
    commitChange: async (userId, projectId, commit) =>
      commitChange(repoOf(userId, projectId), commit),
    amendCandidate: async (userId, projectId, amendment) =>
      amendCandidate(repoOf(userId, projectId), amendment),
    commitRemix: async (userId, projectId, commit) => {
      const { source } = commit;
      const repo = await initBare(repoOf(userId, projectId).gitDir);
      return commitRemix(repo, repoOf(source.userId, source.projectId), commit);
    },
    importBundle: async (userId, projectId, bundle) => {
      const { gitDir } = repoOf(userId, projectId);
      await importBundle(await initBare(gitDir), path.join(dataDir, 'scratch'), bundle);
    },
    exportBundle: async (userId, projectId, range) =>
      exportBundle(repoOf(userId, projectId), path.join(dataDir, 'scratch'), range),
    state: async (userId, projectId, revisions) => {
      const repo = repoOf(userId, projectId);
      return { head: await resolve(repo, MAIN), has: await presentRevisions(repo, revisions) };
    },
    assertHere: async (userId, projectId, revision) =>
      assertHere(repoOf(userId, projectId), revision),
    advanceMain: async (userId, projectId, revision) =>
      advanceRef(repoOf(userId, projectId), MAIN, revision),
    wordsMentioned: async (userId, projectId, words, isText) =>
      wordsMentioned(repoOf(userId, projectId), words, isText),
    projects: () => projectsBelow(path.join(dataDir, 'users')),
    remove: async (userId, projectId) => removeFolder(dataDir, folder(userId, projectId)),
    assets: mirrorAssets((userId) => path.join(userFolder(dataDir, userId), 'assets')),
    removeCandidates: (...limits) => removeCandidates(path.join(dataDir, 'users'), ...limits),
    packRepositories: (budgetMs) => packRepositories(path.join(dataDir, 'users'), budgetMs),
  };
}

/** Into the quarantine, and what a removal of an earlier release left when it was interrupted. */
async function removeFolder(dataDir: string, folder: string): Promise<void> {
  await quarantine(dataDir, folder);
  const left = path.join(path.dirname(folder), `.removed-${path.basename(folder)}`);
  await rm(left, { recursive: true, force: true });
}

/** Throws before any path is made of something that is not a UUID. */
function userFolder(dataDir: string, userId: string): string {
  if (!isUuid(userId)) throw new AppError('PATH_ESCAPE', 'user ids are UUIDs');
  return path.join(dataDir, 'users', userId.toLowerCase());
}

function projectFolder(dataDir: string, userId: string, projectId: string): string {
  if (!isUuid(projectId)) throw new AppError('PATH_ESCAPE', 'project ids are UUIDs');
  return path.join(userFolder(dataDir, userId), 'projects', projectId.toLowerCase());
}

async function assertHere(repo: Repo, revision: string): Promise<void> {
  if ((await resolve(repo, revision)) !== revision)
    throw new AppError('RevisionMissing', `${revision} is not in the mirror`);
}

async function treeOf(repo: Repo, revision: string): Promise<string> {
  await assertHere(repo, revision);
  return gitLine(repo, ['rev-parse', '--verify', `${revision}^{tree}`]);
}

async function assertFollows(repo: Repo, revision: string, parent: string | null): Promise<void> {
  await assertHere(repo, revision);
  const [entry] = await logPage(repo, revision, { skip: 0, limit: 1 });
  if (entry?.parent !== parent)
    throw new AppError('CandidateRefused', 'the commit follows another revision than promised', {
      reason: 'parent',
    });
  // The runner has checked the commit; this check does not depend on it.
  const files = await listTree(repo, revision);
  assertVersionPaths(files.map((file) => file.path));
  const link = files.find((file) => !file.mode.startsWith('100'));
  if (link) throw refuse('special-file', link.path);
}

async function commitRestore(
  repo: Repo,
  { from, parent, actionId, subject }: RestoreCommit,
): Promise<string> {
  await assertHere(repo, from);
  await assertHere(repo, parent);
  const isSame = async (revision: string): Promise<boolean> =>
    (await treeOf(repo, revision)) === (await treeOf(repo, from));
  const { ref, expected, done } = await earlierTry(repo, { actionId, parent, isSame });
  if (done !== null) return done;
  const message = { subject, trailers: { 'Job-Id': actionId } };
  return commitTree(repo, from, message, { ref, expected, parent });
}

async function commitChange(
  repo: Repo,
  { parent, files, actionId, subject }: ChangeCommit,
): Promise<string> {
  await assertHere(repo, parent);
  const { ref, expected, done } = await earlierTry(repo, { actionId, parent });
  if (done !== null) return done;
  const kept = await listTree(repo, parent);
  const message = { subject, trailers: { 'Job-Id': actionId } };
  return commitFiles(repo, kept, files, message, { ref, expected, parent });
}

/**
 * Where an action's own ref stands, null = nowhere yet, and what an earlier try of the same work
 * has committed there upon `parent`, by now on the disk.
 */
async function earlierTry(
  repo: Repo,
  {
    actionId,
    parent,
    isSame = () => Promise.resolve(true),
  }: {
    actionId: string;
    parent: string;
    isSame?: (revision: string) => Promise<boolean>;
  },
): Promise<{ ref: string; expected: string | null; done: string | null }> {
  const ref = candidateRef(actionId.toLowerCase());
  const expected = await resolve(repo, ref);
  if (expected === null) return { ref, expected, done: null };
  const [entry] = await logPage(repo, expected, { skip: 0, limit: 1 });
  if (entry?.parent !== parent || !(await isSame(expected))) return { ref, expected, done: null };
  await syncRef(repo, ref);
  return { ref, expected, done: expected };
}

async function commitRemix(
  repo: Repo,
  from: Repo,
  { source, isWanted, actionId, subject, parent = null, number = 1 }: RemixCommit,
): Promise<string> {
  const ref = candidateRef(actionId.toLowerCase(), number);
  const earlier = await resolve(repo, ref);
  if (earlier !== null) {
    await syncRef(repo, ref);
    return earlier;
  }
  await assertHere(from, source.revision);
  const wanted = (await listTree(from, source.revision)).filter(({ path }) => isWanted(path));
  const blobs = await readBlobs(
    from,
    wanted.map(({ oid }) => oid),
  );
  const files = wanted.map(({ path }, index) => ({ path, content: blobs[index] ?? '' }));
  const message = { subject, trailers: { 'Job-Id': actionId } };
  return commitFiles(repo, [], files, message, { ref, expected: null, parent });
}

/**
 * Out of sight in one step, then file by file; a repeat finishes what an interrupted removal left.
 */
