import type { RevisionRow } from '../../src/contracts/rows/rows.js';
import { storable } from '../../src/contracts/base/ids.js';
import type { Repo } from '../../src/git/process.js';
import { readBlobs, type LogEntry } from '../../src/git/read.js';
import {
  knownFiles,
  objectOf,
  readOldVersion,
  type OldVersion,
} from '../../src/move/old-version.js';
import { commitBytes, gitObject, treeOid } from '../../src/versions/format/git-ids.js';
import { foreignFiles, type ManifestFile } from '../../src/versions/format/manifest.js';
import type { VersionObjects } from '../../src/versions/kept/places.js';
import { absentVersionAs, type Versions } from '../../src/versions/kept/versions.js';
import { readTree } from './history.js';
import { isVersion, stateIdOf, versionIdOf, type Files, type State } from './lines.js';
import type { WorkTree } from './work-tree.js';

/**
 * Name of what V2 had not committed; the list shows it when no version holds that game.
 */
const STATE_SUBJECT = '引き継ぎ時の状態';

/** A row to be, and the files that its revision has to have. */
export interface Adopted {
  readonly row: RevisionRow;
  readonly files: Files;
  /** The commit, where V2 has none of these files. */
  readonly anew: Buffer | null;
  /** Not a version of V2's but what it had not committed. */
  readonly isState: boolean;
}

export interface Line {
  readonly userId: string;
  readonly projectId: string;
  /** V2's commits, and the bytes of what it had not committed. */
  readonly repo: Repo;
  /** The newest row; null = the project has none. */
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
export function adoptVersions(
  { projectId, head }: Line,
  versions: readonly V2Version[],
  follows: string | null,
): Adopted[] {
  const adopted: Adopted[] = [];
  let last = head;
  let isAsWas = (head?.revision ?? null) === follows;
  for (const { commit, files, isClean } of versions) {
    isAsWas &&= isClean;
    const parent = last?.revision ?? null;
    const { subject, authoredAt: madeAt } = commit;
    const anew = isAsWas ? null : commitOf(files, { subject, madeAt, parent });
    const revision = anew ? gitObject('commit', anew).oid : commit.revision;
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
    adopted.push({ row, files, anew, isState: false });
    last = row;
  }
  return adopted;
}

/**
 * A row for what V2 had not committed; null = there is nothing. `revisions` are those of V2's
 * versions, by their index.
 */
export function adoptState(
  { projectId }: Line,
  last: RevisionRow | null,
  tree: WorkTree,
  state: State,
  revisions: readonly string[],
): Adopted | null {
  if (state.kind === 'committed') return null;
  const parent = last?.revision ?? null;
  const message = { subject: STATE_SUBJECT, madeAt: tree.changedAt, parent };
  const anew = commitOf(tree.files, message);
  const revision = gitObject('commit', anew).oid;
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
  return { row, files: tree.files, anew, isState: true };
}

function commitOf(
  files: Files,
  { subject, madeAt, parent }: { subject: string; madeAt: Date; parent: string | null },
): Buffer {
  const tree = treeOid([...files].map(([path, oid]) => ({ path, oid })));
  return commitBytes({ tree, parent, message: { subject }, madeAt });
}

/**
 * Makes and checks the objects of what was adopted, oldest first, and stores them unless `places`
 * is null. Returns the rows, which name them.
 */
export async function putObjects(
  { versions, places }: { versions: Versions; places: VersionObjects | null },
  { projectId, repo, head }: Line,
  adopted: readonly Adopted[],
): Promise<RevisionRow[]> {
  const rows: RevisionRow[] = [];
  let known: readonly ManifestFile[] = await knownFiles(
    versions,
    projectId,
    adopted.length === 0 ? null : (head?.revision ?? null),
  );
  for (const each of adopted) {
    const { row } = each;
    const old = await readAdopted(repo, each);
    const { manifest, sha, bytes, refs } = await objectOf(old, row.parent, known);
    await places?.put(projectId, row.job_id, { sha, bytes });
    known = foreignFiles(manifest, { workId: row.job_id, sha });
    rows.push({
      ...row,
      object_sha: sha,
      object_bytes: bytes.length,
      refs: refs && refs.map(storable),
    });
  }
  return rows;
}

async function readAdopted(repo: Repo, { row, files, anew }: Adopted): Promise<OldVersion> {
  if (anew === null) return readOldVersion(repo, row.revision);
  const blobs = await readBlobs(repo, [...files.values()]);
  return {
    revision: row.revision,
    commit: anew,
    follows: row.parent,
    files: [...files.keys()].map((path, at) => ({ path, bytes: blobs[at] ?? Buffer.alloc(0) })),
  };
}

/** Compares versions that were taken before with V2's. */
export async function compareTaken(
  versions: Pick<Versions, 'describe'>,
  { projectId }: Pick<Line, 'projectId'>,
  rows: readonly RevisionRow[],
  taken: readonly V2Version[],
): Promise<{ compared: number; differing: string[] }> {
  const byId = new Map(rows.map((row) => [row.job_id, row.revision]));
  const differing: string[] = [];
  for (const { commit, files } of taken) {
    const revision = byId.get(versionIdOf(projectId, commit.revision)) ?? '';
    const there = await filesThere(versions, projectId, revision);
    const file = there && differingFile(files, there);
    if (there === null) differing.push(`the object of version ${revision} is not there`);
    else if (file !== undefined)
      differing.push(`version ${revision} has other bytes than V2's: ${file}`);
  }
  return { compared: taken.length - differing.length, differing };
}

/** The files of a version that is kept here; null = its object is not there, or another one's. */
export async function filesThere(
  versions: Pick<Versions, 'describe'>,
  projectId: string,
  revision: string,
): Promise<Files | null> {
  const made = await versions.describe({ projectId, revision }).catch(absentVersionAs(null));
  if (made?.revision !== revision) return null;
  return new Map(made.manifest.files.map(({ path, oid }) => [path, oid]));
}

function differingFile(files: Files, there: Files): string | undefined {
  return [...files.keys(), ...there.keys()].find((name) => there.get(name) !== files.get(name));
}
