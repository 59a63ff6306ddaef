import { AppError } from '../contracts/base/errors.js';
import type { Store } from '../store/index.js';
import type { UnmovedVersion } from '../store/tables/unmoved-versions.js';
import type { Log } from '../telemetry/log.js';
import { openRepo, type Repo } from '../git/process.js';
import { crashPoint } from '../process/crash-points.js';
import type { VersionObjects } from '../versions/kept/places.js';
import type { Versions } from '../versions/kept/versions.js';
import { oldProject, repositoryOf } from './aside.js';
import { FetchedRepositories, type FetchOld } from './fetched.js';
import { knownFiles, objectOf, readOldVersion, type OldVersion } from './old-version.js';
import type { Progress } from './progress.js';

/** Rows of one look. */
const AT_ONCE = 200;

export interface VersionMove {
  readonly dataDir: string;
  readonly store: Pick<Store, 'unmoved'>;
  readonly versions: Pick<Versions, 'filesToKeep'>;
  readonly places: Pick<VersionObjects, 'put'>;
  readonly fetchOld: FetchOld | null;
  readonly log: Log;
}

/**
 * What became of a version: `late` = a Volume that is away may hold it; `lost` = no store holds it;
 * `refused` = it cannot be read, or can be no version.
 */
export type Outcome = 'moved' | 'late' | 'lost' | 'refused';

/**
 * Moves versions into objects, in the order of their lines; `first`: heads and published ones. A
 * repeat goes on where an earlier call was interrupted. Returns how many did not end as moved.
 */
export async function moveVersions(
  move: VersionMove,
  { first, progress, signal }: { first: boolean; progress: Progress; signal: AbortSignal },
): Promise<Record<Exclude<Outcome, 'moved'>, number>> {
  const left = { late: 0, lost: 0, refused: 0 };
  const fetched = new FetchedRepositories(move.dataDir, move.fetchOld);
  try {
    for (let after: UnmovedVersion | null = null; !signal.aborted;) {
      const rows = await move.store.unmoved.list(first, after, AT_ONCE);
      for (const row of rows) {
        if (signal.aborted) break;
        const outcome = await moveVersion(move, fetched, row);
        if (outcome === 'moved') await progress.step();
        else left[outcome] += 1;
      }
      after = rows.at(-1) ?? null;
      if (after === null || rows.length < AT_ONCE) break;
    }
  } finally {
    if (!first) await fetched.remove();
  }
  return left;
}

async function moveVersion(
  move: VersionMove,
  fetched: FetchedRepositories,
  row: UnmovedVersion,
): Promise<Outcome> {
  const { store, log } = move;
  const { projectId, revision } = row;
  try {
    const old = await findOld(move, fetched, row);
    if (old === 'late') return 'late';
    if (old !== null) {
      await putVersion(move, row, old);
      return 'moved';
    }
    if (!row.isLost && (await store.unmoved.nameLost(row)))
      log.error({ project: projectId, revision }, 'a version is in no repository and no Volume');
    return 'lost';
  } catch (error) {
    if (!isOfVersion(error)) throw error;
    log.error({ project: projectId, revision, err: error }, 'a version could not be moved');
    return 'refused';
  }
}

/** Another failure ends the move, which is repeated: the disk is full, the database away. */
function isOfVersion(error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  const { kind, message } = error;
  return kind === 'CandidateRefused' || (kind === 'OPERATION_FAILED' && message.startsWith('git '));
}

/** Null = no store has it. */
async function findOld(
  { dataDir }: VersionMove,
  fetched: FetchedRepositories,
  { userId, projectId, revision }: UnmovedVersion,
): Promise<OldVersion | 'late' | null> {
  const project = oldProject(dataDir, userId, projectId);
  const here = await readOrNull(openRepo(repositoryOf(project)), revision);
  if (here !== null) return here;
  const repo = await fetched.bring(project, revision);
  return repo === null || repo === 'late' ? repo : readOrNull(repo, revision);
}

async function readOrNull(repo: Repo, revision: string): Promise<OldVersion | null> {
  return readOldVersion(repo, revision).catch((error: unknown) => {
    if (error instanceof AppError && error.kind === 'RevisionMissing') return null;
    throw error;
  });
}

/** The object first, then the row that names it (E4): between the two a repeat begins anew. */
async function putVersion(
  { store, versions, places }: VersionMove,
  { projectId, revision, parent, jobId }: UnmovedVersion,
  old: OldVersion,
): Promise<void> {
  const known = await knownFiles(versions, projectId, parent);
  const made = await objectOf(old, parent, known);
  const place = await places.put(projectId, jobId, made);
  crashPoint('after-move-object');
  await store.unmoved.nameObject({ projectId, revision }, place, made.refs);
}
