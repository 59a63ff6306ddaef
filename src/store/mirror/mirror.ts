import { access, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/base/errors.js';
import { quarantine } from '../../disk/quarantine.js';
import { isUuid } from '../../contracts/base/ids.js';
import { type Published } from '../../git/job-refs.js';
import { openRepo, type Repo } from '../../git/process.js';
import { listTree, readFile, type TreeEntry } from '../../git/read.js';
import { presentRevisions } from '../../git/presence.js';
import { advanceRef, initBare, resolve, type Advance } from '../../git/refs.js';
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

/**
 * Out of sight in one step, then file by file; a repeat finishes what an interrupted removal left.
 */
