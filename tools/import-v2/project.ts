import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../src/contracts/base/errors.js';
import { isWelcomePage } from '../../src/domain/game/welcome-page.js';
import { readBlobs } from '../../src/git/read.js';
import { initBare } from '../../src/git/refs.js';
import type { Repo } from '../../src/git/process.js';
import type { VersionObjects } from '../../src/versions/kept/places.js';
import type { Versions } from '../../src/versions/kept/versions.js';
import type { V2Import } from './tables.js';
import { readHistory } from './history.js';
import { compareLines, stateOf, versionIdOf, type Files } from './lines.js';
import {
  adoptState,
  adoptVersions,
  compareTaken,
  filesThere,
  putObjects,
  readVersions,
  type Adopted,
  type Line,
  type V2Version,
} from './versions.js';
import { readWorkTree, type WorkTree } from './work-tree.js';

const SHOWN_NAMES = 5;

export interface ProjectTools {
  readonly tables: Pick<V2Import, 'line' | 'append'>;
  readonly versions: Versions;
  readonly places: VersionObjects;
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
  /** The project's newest revision here, or the one it would have; null = it has none. */
  readonly head: string | null;
  /** What could not be taken, or not as it was. */
  readonly problems: readonly string[];
}

const NOTHING = { versions: 0, compared: 0, hasState: false, head: null };

interface Found {
  readonly repo: Repo;
  readonly versions: readonly V2Version[];
  readonly tree: WorkTree | null;
  readonly problems: readonly string[];
}

/**
 * Adopts one project: its versions' objects, then all rows at once. A repeat adds nothing but what
 * V2 made since; one that was killed is finished by the next. Problems are
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
    return { ...NOTHING, problems: [reasonOf(error)] };
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
    tools.versions,
    line,
    rows,
    versions.slice(0, taken),
  );
  const problems = [...found, ...differing];
  const refuse = (reason: string): ProjectOutcome => ({
    ...NOTHING,
    compared,
    head: head?.revision ?? null,
    problems: [...problems, reason],
  });
  if (isOther) return refuse('V2 has another history than the one that was taken before');
  if (isUsed)
    return missing.length === 0
      ? done(line, [], { compared, problems })
      : refuse(`it has versions of its own: ${missing.length} version(s) of V2 are not taken`);
  const added = adoptVersions(line, missing, versions[taken - 1]?.commit.revision ?? null);
  const byId = new Map(
    [...rows, ...added.map(({ row }) => row)].map((row) => [row.job_id, row.revision]),
  );
  const revisions = versions.map(
    ({ commit }) => byId.get(versionIdOf(projectId, commit.revision)) ?? '',
  );
  const last = added.at(-1)?.row ?? head;
  if (tree !== null) {
    const headFiles = await filesOf(tools, line, added, last?.revision ?? null);
    const state = adoptState(
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
  return append(tools, line, added, { compared, problems });
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
  const tree = await readWorkTree(folder, repo);
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
  { versions }: ProjectTools,
  { projectId }: Line,
  added: readonly Adopted[],
  revision: string | null,
): Promise<Files | null> {
  const fresh = added.find(({ row }) => row.revision === revision);
  if (fresh || revision === null) return fresh?.files ?? null;
  return filesThere(versions, projectId, revision);
}

async function append(
  { tables, dryRun, versions, places }: ProjectTools,
  line: Line,
  added: readonly Adopted[],
  { compared, problems }: { compared: number; problems: readonly string[] },
): Promise<ProjectOutcome> {
  // A dry run makes and checks them, too.
  const rows = await putObjects({ versions, places: dryRun ? null : places }, line, added);
  if (!dryRun && rows.length > 0 && !(await tables.append(rows)))
    return done(line, [], {
      compared,
      problems: [...problems, 'it was changed meanwhile; run the import again'],
    });
  return done(line, added, { compared, problems });
}

function done(
  { head }: Line,
  added: readonly Adopted[],
  { compared, problems }: { compared: number; problems: readonly string[] },
): ProjectOutcome {
  const states = added.filter(({ isState }) => isState).length;
  const newest = added.at(-1)?.row ?? head;
  return {
    versions: added.length - states,
    compared,
    hasState: states > 0,
    head: newest?.revision ?? null,
    problems,
  };
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
