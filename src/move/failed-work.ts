import { KEEP_REMOVED_MS } from '../contracts/base/retention.js';
import { AppError } from '../contracts/base/errors.js';
import { openRepo, type Repo } from '../git/process.js';
import { listRefs, type RefEntry } from '../git/refs.js';
import { infoOf, type ObjectStore } from '../objects/object-store.js';
import type { Store } from '../store/index.js';
import type { Log } from '../telemetry/log.js';
import { failedKey } from '../versions/kept/places.js';
import type { Versions } from '../versions/kept/versions.js';
import { oldProjects, repositoryOf, type OldProject } from './aside.js';
import { knownFiles, objectOf, readOldVersion } from './old-version.js';

interface FailedWorkMove {
  readonly dataDir: string;
  readonly store: Pick<Store, 'jobs'>;
  readonly versions: Pick<Versions, 'filesToKeep'>;
  readonly objects: ObjectStore;
  readonly log: Log;
}

/** The last thing that a job has made. */
interface Left {
  readonly jobId: string;
  readonly revision: string;
  /** Null = not in its ref. */
  readonly attempt: number | null;
  /** Kept as a failed job's; else a candidate of a job that may have ended otherwise. */
  readonly isFailed: boolean;
}

/**
 * Moves what failed jobs have left (`refs/failed/<job>`), and the last candidates of jobs that the
 * upgrade has ended, as `failed-<attempt>`, for the rest of their two weeks.
 */
export async function moveFailedWork(move: FailedWorkMove, signal: AbortSignal): Promise<void> {
  for await (const project of oldProjects(move.dataDir)) {
    if (signal.aborted) return;
    const repo = openRepo(repositoryOf(project));
    for (const left of leftIn(await refsIn(repo)))
      await moveLeft(move, project, repo, left).catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        move.log.warn({ job: left.jobId, err: error }, 'the work of a failed run was not moved');
      });
  }
}

async function refsIn(repo: Repo): Promise<RefEntry[]> {
  try {
    return [...(await listRefs(repo, 'refs/failed')), ...(await listRefs(repo, 'refs/jobs'))];
  } catch (error) {
    if (error instanceof AppError && error.kind === 'RevisionMissing') return [];
    throw error;
  }
}

/** Of each job what stands as failed, else its newest candidate. */
function leftIn(refs: readonly RefEntry[]): Left[] {
  const fresh = refs.filter(
    ({ committedAt }) => Date.now() - committedAt.getTime() < KEEP_REMOVED_MS,
  );
  const byAge = fresh.toSorted((a, b) => a.committedAt.getTime() - b.committedAt.getTime());
  const found = new Map<string, Left>();
  for (const { ref, revision } of byAge) {
    const [, kind, jobId = '', attempt] = ref.split('/');
    const isFailed = kind === 'failed';
    if (!isFailed && found.get(jobId)?.isFailed) continue;
    const candidate = refs.find(
      (each) => each.revision === revision && each.ref.startsWith(`refs/jobs/${jobId}/`),
    );
    const number = Number(attempt ?? candidate?.ref.split('/').at(-1));
    found.set(jobId, { jobId, revision, attempt: number || null, isFailed });
  }
  return [...found.values()];
}

async function moveLeft(
  { store, versions, objects }: FailedWorkMove,
  { projectId }: OldProject,
  repo: Repo,
  { jobId, revision, attempt, isFailed }: Left,
): Promise<void> {
  const job = await store.jobs.get(jobId);
  if (job?.project_id !== projectId || job.status === 'completed') return;
  if (!isFailed && job.error_code !== 'UPGRADED') return;
  const key = failedKey(projectId, jobId, attempt ?? Math.max(1, job.attempt));
  if ((await infoOf(objects, key)) !== null) return;
  const old = await readOldVersion(repo, revision);
  const known = await knownFiles(versions, projectId, old.follows);
  await objects.put(key, (await objectOf(old, old.follows, known)).bytes);
}
