import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RevisionRow } from '../../src/contracts/rows/rows.js';
import { storable } from '../../src/contracts/base/ids.js';
import { bundleCreate, bundleFetch } from '../../src/git/bundle.js';
import { commitFiles } from '../../src/git/commit.js';
import { candidateRef } from '../../src/git/job-refs.js';
import type { Repo } from '../../src/git/process.js';
import type { LogEntry } from '../../src/git/read.js';
import type { Mirror } from '../../src/store/mirror/mirror.js';
import { writeNew } from './files.js';
import { readTree } from './history.js';
import { isVersion, stateIdOf, versionIdOf, type Files, type State } from './lines.js';
import type { WorkTree } from './work-tree.js';

/**
 * Said of what V2 had not committed; a player reads it in the list when no version holds that game.
 */
const STATE_SUBJECT = '引き継ぎ時の状態';

/** A row to be, and the files that its revision has to have. */
export interface Adopted {
  readonly row: RevisionRow;
  readonly files: Files;
  /** V2's own; null = its files were committed here first. */
  readonly commit: string | null;
  /** Not a version of V2's but what it had not committed. */
  readonly isState: boolean;
}

export interface Line {
  readonly userId: string;
  readonly projectId: string;
  readonly repo: Repo;
  /** The newest row, whose commit is in `repo`; null = the project has none. */
  readonly head: RevisionRow | null;
}

export interface V2Version {
  readonly commit: LogEntry;
  readonly files: Files;
  /**
   * The commit may be taken as it is: neither it nor what it follows holds what a version may not.
   */
  readonly isClean: boolean;
}

/** V2's versions among its commits, oldest first, with what they hold. */
export async function readVersions(
  repo: Repo,
  commits: readonly LogEntry[],
): Promise<{ versions: V2Version[]; refused: string[] }> {
  const versions: V2Version[] = [];
  const refused = new Set<string>();
  for (const commit of commits) {
    const tree = await readTree(repo, commit.revision);
    for (const name of tree.refused) refused.add(name);
    if (isVersion(commit.subject))
      versions.push({ commit, files: tree.files, isClean: refused.size === 0 });
  }
  return { versions, refused: [...refused] };
}

/**
 * Rows for versions behind the head. A version keeps its commit, and so its id, unless that holds
 * what a version may not, or follows another line than the project's: then it is committed anew
 * with the same time and subject, and so are those after it.
 */
export async function adoptVersions(
  { projectId, repo, head }: Line,
  versions: readonly V2Version[],
  follows: string | null,
): Promise<Adopted[]> {
  const adopted: Adopted[] = [];
  let last = head;
  let isAsWas = (head?.revision ?? null) === follows;
  for (const { commit, files, isClean } of versions) {
    isAsWas &&= isClean;
    const parent = last?.revision ?? null;
    const revision = isAsWas
      ? commit.revision
      : await commitAnew(repo, files, {
          subject: commit.subject,
          madeAt: commit.authoredAt,
          parent,
        });
    const row: RevisionRow = {
      project_id: projectId,
      ordinal: (last?.ordinal ?? 0) + 1,
      revision,
      parent,
      job_id: versionIdOf(projectId, commit.revision),
      kind: 'generate',
      subject: storable(commit.subject),
      restored_from: null,
      created_at: commit.authoredAt.toISOString(),
    };
    adopted.push({ row, files, commit: commit.revision, isState: false });
    last = row;
  }
  return adopted;
}

/**
 * A row for what V2 had not committed; null = there is nothing. `revisions` are those of V2's
 * versions, by their index.
 */
export async function adoptState(
  { projectId, repo }: Line,
  last: RevisionRow | null,
  tree: WorkTree,
  state: State,
  revisions: readonly string[],
): Promise<Adopted | null> {
  if (state.kind === 'committed') return null;
  const parent = last?.revision ?? null;
  const revision = await commitAnew(repo, tree.files, {
    subject: STATE_SUBJECT,
    madeAt: tree.changedAt,
    parent,
  });
  const restoredFrom = state.kind === 'version' ? (revisions[state.index] ?? null) : null;
  const row: RevisionRow = {
    project_id: projectId,
    ordinal: (last?.ordinal ?? 0) + 1,
    revision,
    parent,
    job_id: stateIdOf(projectId, parent),
    kind: restoredFrom === null ? 'generate' : 'restore',
    subject: STATE_SUBJECT,
    restored_from: restoredFrom,
    created_at: tree.changedAt.toISOString(),
  };
  return { row, files: tree.files, commit: null, isState: true };
}

async function commitAnew(
  repo: Repo,
  files: Files,
  { subject, madeAt, parent }: { subject: string; madeAt: Date; parent: string | null },
): Promise<string> {
  const ref = `refs/adopted/${parent ?? 'first'}`;
  const entries = [...files].map(([name, oid]) => ({ path: name, oid }));
  return commitFiles(repo, entries, [], { subject, madeAt }, { ref, expected: null, parent });
}

/** Brings the head's commits from the mirror into `repo`, so that others can follow them. */
export async function fetchHead(
  mirror: Mirror,
  { userId, projectId, repo, head }: Line,
  scratch: string,
): Promise<void> {
  const bytes =
    head && (await mirror.exportBundle(userId, projectId, { have: null, want: head.revision }));
  if (!head || !bytes) return;
  const file = path.join(scratch, 'head.bundle');
  await writeNew(file, bytes);
  await bundleFetch(repo, { file, want: head.revision });
  await rm(file);
}

/**
 * Brings what was adopted into the mirror, which checks every object, and compares each version
 * there with V2's.
 */
export async function sendToMirror(
  mirror: Mirror,
  { userId, projectId, repo }: Line,
  adopted: readonly Adopted[],
  scratch: string,
): Promise<void> {
  const newest = adopted.at(-1)?.row;
  if (newest === undefined) return;
  const file = path.join(scratch, 'versions.bundle');
  await bundleCreate(repo, { have: null, want: newest.revision, file });
  await mirror.importBundle(userId, projectId, {
    bytes: await readFile(file),
    want: newest.revision,
    ref: candidateRef(newest.job_id),
  });
  await rm(file);
  const [differing] = await compareWithMirror(
    mirror,
    { userId, projectId },
    adopted.map(({ row, files, commit }) => ({ revision: row.revision, files, commit })),
  );
  if (differing !== undefined) throw new Error(differing);
}

/** Compares versions that were taken before with V2's. */
export async function compareTaken(
  mirror: Mirror,
  line: Line,
  rows: readonly RevisionRow[],
  taken: readonly V2Version[],
): Promise<{ compared: number; differing: string[] }> {
  const byId = new Map(rows.map((row) => [row.job_id, row.revision]));
  const pairs = taken.map(({ commit: { revision: commit }, files }) => ({
    revision: byId.get(versionIdOf(line.projectId, commit)) ?? '',
    files,
    commit,
  }));
  const differing = await compareWithMirror(mirror, line, pairs);
  return { compared: taken.length - differing.length, differing };
}

interface Pair {
  readonly revision: string;
  readonly files: Files;
  /** V2's; null = V2 has none. */ readonly commit: string | null;
}

/**
 * What of the mirror's versions is not V2's. The mirror has checked every object against its name,
 * so equal names are equal bytes: that of the commit, else those of all files.
 */
async function compareWithMirror(
  mirror: Mirror,
  { userId, projectId }: Pick<Line, 'userId' | 'projectId'>,
  pairs: readonly Pair[],
): Promise<string[]> {
  if (pairs.length === 0) return [];
  const { has } = await mirror.state(
    userId,
    projectId,
    pairs.map(({ revision }) => revision).reverse(),
  );
  const whole = new Set(has);
  const differing: string[] = [];
  for (const { revision, files, commit } of pairs) {
    if (!whole.has(revision)) differing.push(`version ${revision} is not whole in the mirror`);
    else if (revision !== commit) {
      const there = new Map(
        (await mirror.listFiles(userId, projectId, revision)).map((entry) => [
          entry.path,
          entry.oid,
        ]),
      );
      const file = [...files.keys(), ...there.keys()].find(
        (name) => there.get(name) !== files.get(name),
      );
      if (file !== undefined)
        differing.push(`version ${revision} has other bytes than V2's: ${file}`);
    }
  }
  return differing;
}
