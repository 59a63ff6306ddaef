import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RevisionRow } from '../../contracts/rows.js';
import { storable } from '../../contracts/primitives.js';
import { bundleCreate, bundleFetch } from '../../git/bundle.js';
import { commitFiles } from '../../git/commit.js';
import type { Repo } from '../../git/process.js';
import type { LogEntry } from '../../git/read.js';
import type { Mirror } from '../../store/mirror.js';
import { writeNew } from './files.js';
import { readTree } from './history.js';
import { isVersion, stateIdOf, versionIdOf, type Files, type State } from './lines.js';
import type { WorkTree } from './work-tree.js';

/** Said of what V2 had not committed; a player reads it in the list when no version holds that game. */
const STATE_SUBJECT = '引き継ぎ時の状態';

/** A row to be, and the files that its revision has to have. */
export interface Adopted {
  readonly row: RevisionRow;
  readonly files: Files;
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
  /** The commit may be taken as it is: neither it nor what it follows holds what a version may not. */
  readonly isClean: boolean;
}

/** V2's versions among its commits, oldest first, with what they hold. */
export async function readVersions(repo: Repo, commits: readonly LogEntry[]): Promise<{ versions: V2Version[]; refused: string[] }> {
  const versions: V2Version[] = [];
  const refused = new Set<string>();
  for (const commit of commits) {
    const tree = await readTree(repo, commit.revision);
    for (const name of tree.refused) refused.add(name);
    if (isVersion(commit.subject)) versions.push({ commit, files: tree.files, isClean: refused.size === 0 });
  }
  return { versions, refused: [...refused] };
}

/**
 * Rows for versions behind the head. A version keeps its commit, and so its id, unless that holds what a version may not, or follows
 * another line than the project's: then it is committed anew with the same time and subject, and so are those after it.
 */
export async function adoptVersions({ projectId, repo, head }: Line, versions: readonly V2Version[], follows: string | null): Promise<Adopted[]> {
  const adopted: Adopted[] = [];
  let last = head;
  let isAsWas = (head?.revision ?? null) === follows;
  for (const { commit, files, isClean } of versions) {
    isAsWas &&= isClean;
    const parent = last?.revision ?? null;
    const revision = isAsWas ? commit.revision : await commitAnew(repo, files, { subject: commit.subject, madeAt: commit.authoredAt, parent });
    const row: RevisionRow = {
      project_id: projectId, ordinal: (last?.ordinal ?? 0) + 1, revision, parent, job_id: versionIdOf(projectId, commit.revision),
      kind: 'generate', subject: storable(commit.subject), restored_from: null, created_at: commit.authoredAt.toISOString(),
    };
    adopted.push({ row, files, isState: false });
    last = row;
  }
  return adopted;
}

/** A row for what V2 had not committed; null = there is nothing. `revisions` are those of V2's versions, by their index. */
export async function adoptState(
  { projectId, repo }: Line, last: RevisionRow | null, tree: WorkTree, state: State, revisions: readonly string[],
): Promise<Adopted | null> {
  if (state.kind === 'committed') return null;
  const parent = last?.revision ?? null;
  const revision = await commitAnew(repo, tree.files, { subject: STATE_SUBJECT, madeAt: tree.changedAt, parent });
  const restoredFrom = state.kind === 'version' ? (revisions[state.index] ?? null) : null;
  const row: RevisionRow = {
    project_id: projectId, ordinal: (last?.ordinal ?? 0) + 1, revision, parent, job_id: stateIdOf(projectId, parent),
    kind: restoredFrom === null ? 'generate' : 'restore', subject: STATE_SUBJECT, restored_from: restoredFrom, created_at: tree.changedAt.toISOString(),
  };
  return { row, files: tree.files, isState: true };
}

async function commitAnew(repo: Repo, files: Files, { subject, madeAt, parent }: { subject: string; madeAt: Date; parent: string | null }): Promise<string> {
  const ref = `refs/adopted/${parent ?? 'first'}`;
  const entries = [...files].map(([name, oid]) => ({ path: name, oid }));
  return commitFiles(repo, entries, [], { subject, madeAt }, { ref, expected: null, parent });
}

/** Brings the head's commits from the mirror into `repo`, so that others can follow them. */
export async function fetchHead(mirror: Mirror, { userId, projectId, repo, head }: Line, scratch: string): Promise<void> {
  const bytes = head && (await mirror.exportBundle(userId, projectId, { have: null, want: head.revision }));
  if (!head || !bytes) return;
  const file = path.join(scratch, 'head.bundle');
  await writeNew(file, bytes);
  await bundleFetch(repo, { file, want: head.revision });
  await rm(file);
}

/** Brings what was adopted into the mirror, which checks every object, and compares each version there with V2's, file by file. */
export async function sendToMirror(mirror: Mirror, { userId, projectId, repo }: Line, adopted: readonly Adopted[], scratch: string): Promise<void> {
  const newest = adopted.at(-1)?.row;
  if (newest === undefined) return;
  const file = path.join(scratch, 'versions.bundle');
  await bundleCreate(repo, { have: null, want: newest.revision, file });
  await mirror.importBundle(userId, projectId, { bytes: await readFile(file), want: newest.revision, ref: `refs/jobs/${newest.job_id}/1` });
  await rm(file);
  for (const { row, files } of adopted) {
    const there = new Map((await mirror.listFiles(userId, projectId, row.revision)).map((entry) => [entry.path, entry.oid]));
    const differing = [...files.keys(), ...there.keys()].find((name) => there.get(name) !== files.get(name));
    if (differing !== undefined) throw new Error(`version ${row.revision} came out with other bytes: ${differing}`);
  }
}
