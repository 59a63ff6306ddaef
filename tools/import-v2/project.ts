import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../src/contracts/base/errors.js';
import { isWelcomePage } from '../../src/domain/game/welcome-page.js';
import { readBlobs } from '../../src/git/read.js';
import { initBare } from '../../src/git/refs.js';
import type { Repo } from '../../src/git/process.js';
import { createMirror, type Mirror } from '../../src/store/mirror/mirror.js';
import type { V2Import } from './tables.js';
import { readHistory } from './history.js';
import { compareLines, stateOf, versionIdOf, type Files } from './lines.js';
import {
  adoptState,
  adoptVersions,
  compareTaken,
  fetchHead,
  readVersions,
  sendToMirror,
  type Adopted,
  type Line,
  type V2Version,
} from './versions.js';
import { readWorkTree, type WorkTree } from './work-tree.js';

const SHOWN_NAMES = 5;

export interface ProjectTools {
  readonly tables: Pick<V2Import, 'line' | 'append'>;
  /** Where the project lives, below the data folder `to`. */
  readonly mirror: Mirror;
  readonly to: string;
  /** Each project gets a folder of its own in here, for as long as it is worked on. */
  readonly scratchDir: string;
  readonly dryRun: boolean;
}

export interface ProjectFolder {
  readonly userId: string;
  readonly projectId: string;
  /** V2's. */
  readonly folder: string;
}

export interface ProjectOutcome {
  /** Rows that were added, or would be. */
  readonly versions: number;
  /** Versions that were taken before and hold the same files still. */
  readonly compared: number;
  /** The state at the time of the import was added, too. */
  readonly hasState: boolean;
  /** What could not be taken, or not as it was. */
  readonly problems: readonly string[];
}

interface Found {
  readonly repo: Repo;
  readonly versions: readonly V2Version[];
  readonly tree: WorkTree | null;
  readonly problems: readonly string[];
}

/**
 * Adopts one project: commits into the mirror, then all rows at once, then `main`. A repeat adds
 * nothing but what V2 made since; one that was killed is finished by the next. Problems are
 * answered, not thrown.
 */
export async function importProject(
  tools: ProjectTools,
  project: ProjectFolder,
): Promise<ProjectOutcome> {
  const scratch = await mkdtemp(path.join(tools.scratchDir, 'project-'));
  try {
    return await adopt(tools, project, scratch);
  } catch (error) {
    return { versions: 0, compared: 0, hasState: false, problems: [reasonOf(error)] };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function adopt(
  tools: ProjectTools,
  { userId, projectId, folder }: ProjectFolder,
  scratch: string,
): Promise<ProjectOutcome> {
  const { repo, versions, tree, problems: found } = await lookAround(folder, scratch);
  const rows = await tools.tables.line(projectId);
  const head = rows.at(-1) ?? null;
  const line: Line = { userId, projectId, repo, head };
  const { taken, isUsed, isOther } = compareLines(
    projectId,
    rows,
    versions.map(({ commit }) => commit.revision),
  );
  const missing = versions.slice(taken);
  const { compared, differing } = await compareTaken(
    tools.mirror,
    line,
    rows,
    versions.slice(0, taken),
  );
  const problems = [...found, ...differing];
  const refuse = (reason: string): ProjectOutcome => ({
    versions: 0,
    compared,
    hasState: false,
    problems: [...problems, reason],
  });
  if (isOther) return refuse('V2 has another history than the one that was taken before');
  if (isUsed)
    return missing.length === 0
      ? done([], compared, problems)
      : refuse(`it has versions of its own: ${missing.length} version(s) of V2 are not taken`);
  if (head !== null) await fetchHead(tools.mirror, line, scratch);
  else if (!tools.dryRun) await removePlanted(tools.to, line);

  const added = await adoptVersions(line, missing, versions[taken - 1]?.commit.revision ?? null);
  const byId = new Map(
    [...rows, ...added.map(({ row }) => row)].map((row) => [row.job_id, row.revision]),
  );
  const revisions = versions.map(
    ({ commit }) => byId.get(versionIdOf(projectId, commit.revision)) ?? '',
  );
  const last = added.at(-1)?.row ?? head;
  if (tree !== null) {
    const headFiles = await filesOf(tools, line, added, last?.revision ?? null);
    const state = await adoptState(
      line,
      last,
      tree,
      stateOf(
        tree.files,
        headFiles,
        versions.map(({ files }) => files),
      ),
      revisions,
    );
    if (state !== null) added.push(state);
  }
  return put(tools, line, added, { compared, problems, scratch });
}

/**
 * Without versions there is no repository of ours: what goes by its name in a folder of V2's was
 * put there by a model.
 */
async function removePlanted(to: string, { userId, projectId }: Line): Promise<void> {
  await rm(path.join(to, 'users', userId, 'projects', projectId, 'repo.git'), {
    recursive: true,
    force: true,
  });
}

/**
 * What V2's folder holds. A history that cannot be read is a problem, and leaves what lies in the
 * folder.
 */
async function lookAround(folder: string, scratch: string): Promise<Found> {
  const problems: string[] = [];
  let repo = await initBare(path.join(scratch, 'history.git'));
  let versions: readonly V2Version[] = [];
  try {
    const read = await readVersions(repo, await readHistory(folder, repo, scratch));
    versions = read.versions;
    if (read.refused.length > 0)
      problems.push(`left out of its versions: ${shorten(read.refused)}`);
  } catch (error) {
    repo = await initBare(path.join(scratch, 'files.git'));
    problems.push(`its history cannot be read, so only its files are taken: ${reasonOf(error)}`);
  }
  const tree = await readWorkTree(folder, repo, path.join(scratch, 'work'));
  if (tree && tree.refused.length > 0)
    problems.push(`left out of its files: ${shorten(tree.refused)}`);
  if (tree === null && versions.length > 0)
    problems.push(
      'index.html is missing from its folder: its newest version is what it shows from now on',
    );
  return { repo, versions, problems, tree: tree && (await isNew(repo, tree)) ? null : tree };
}

/** Nothing but the page that every project begins with. */
async function isNew(repo: Repo, { files }: WorkTree): Promise<boolean> {
  const [page] = await readBlobs(repo, [files.get('index.html') ?? '']);
  return isWelcomePage(page?.toString('utf8') ?? '');
}

async function filesOf(
  { mirror }: ProjectTools,
  { userId, projectId }: Line,
  added: readonly Adopted[],
  revision: string | null,
): Promise<Files | null> {
  const fresh = added.find(({ row }) => row.revision === revision);
  if (fresh || revision === null) return fresh?.files ?? null;
  return new Map(
    (await mirror.listFiles(userId, projectId, revision)).map((entry) => [entry.path, entry.oid]),
  );
}

async function put(
  tools: ProjectTools,
  line: Line,
  added: readonly Adopted[],
  known: { compared: number; problems: readonly string[]; scratch: string },
): Promise<ProjectOutcome> {
  const { tables, dryRun } = tools;
  const { compared, problems, scratch } = known;
  const { userId, projectId, head } = line;
  // A dry run puts them where nobody sees it.
  const target = dryRun ? createMirror(path.join(scratch, 'target')) : tools.mirror;
  await sendToMirror(target, line, added, scratch);
  if (dryRun) return done(added, compared, problems);
  if (added.length > 0 && !(await tables.append(added.map(({ row }) => row))))
    return done([], compared, [...problems, 'it was changed meanwhile; run the import again']);
  const newest = added.at(-1)?.row ?? head;
  // Also when there was nothing to add: an earlier import may have ended just before.
  const advance =
    newest === null ? 'same' : await target.advanceMain(userId, projectId, newest.revision);
  return done(
    added,
    compared,
    advance === 'diverged'
      ? [...problems, 'main of its repository here stands aside of its versions']
      : problems,
  );
}

function done(
  added: readonly Adopted[],
  compared: number,
  problems: readonly string[],
): ProjectOutcome {
  const states = added.filter(({ isState }) => isState).length;
  return { versions: added.length - states, compared, hasState: states > 0, problems };
}

/** The first line: git goes on about folders that are gone by then. */
function reasonOf(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? '';
}

function shorten(names: readonly string[]): string {
  const more = names.length - SHOWN_NAMES;
  return (
    names
      .slice(0, SHOWN_NAMES)
      .map((name) => JSON.stringify(name))
      .join(', ') + (more > 0 ? ` and ${more} more` : '')
  );
}
