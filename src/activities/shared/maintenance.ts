import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { ERROR_POLICY } from '../../contracts/errors.js';
import { parseCallId, projectWorkflowId } from '../../contracts/ids.js';
import { isActive, type JobRow } from '../../contracts/rows.js';
import { CLOSING_SEQ } from '../../contracts/stream.js';
import type { WriterMemo } from '../../contracts/workflows.js';
import type { Log } from '../../log.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { ObjectStore } from '../../objects/object-store.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { Store } from '../../store/index.js';
import type { StreamWriter } from '../../stream/writer.js';
import type { JobActivities, MaintenanceActivities } from '../ports.js';
import { completionOf } from './jobs.js';

/** A row younger than this may belong to a workflow that is just starting (B3). */
const STALE_MS = 120_000;
/** No run lasts this long, so an older scratch folder belongs to nobody. */
const SCRATCH_MS = 60 * 60_000;
const CANDIDATE_MS = 24 * 60 * 60_000;
/** Whoever wanted an image has fetched it long ago. */
const IMAGE_MS = 24 * 60 * 60_000;
/** No object takes this long to be stored. */
const UPLOAD_MS = 60 * 60_000;
/** What a round may spend on packing; the next one goes on. */
const PACK_BUDGET_MS = 60_000;

export interface MaintenanceDeps {
  dataDir: string;
  client: Client;
  store: Store;
  mirror: Mirror;
  images: ActionImages;
  objects: ObjectStore;
  stream: StreamWriter;
  /** The ordinary end of a job. */
  complete: JobActivities['completeJob'];
  log: Log;
}

/** House-keeping by Schedules: nothing stays open or lies about for ever. */
export function maintenanceActivities(deps: MaintenanceDeps): MaintenanceActivities {
  return {
    async reconcileJobs() {
      let closed = 0;
      for (const job of await deps.store.jobs.listStaleActive(STALE_MS)) {
        if (await isWorkedOn(deps.client, job)) continue;
        if (await closeOrphan(deps, job)) closed += 1;
      }
      return { closed };
    },

    async collectGarbage() {
      const scratchFolders = await removeOldScratch(path.join(deps.dataDir, 'scratch'), (name) =>
        isOfActiveJob(deps.store, name),
      );
      const candidates = await deps.mirror.removeCandidates(CANDIDATE_MS);
      const images = await deps.images.removeOld(IMAGE_MS);
      await deps.objects.removeAbandoned(UPLOAD_MS);
      const packed = await deps.mirror.packRepositories(PACK_BUDGET_MS);
      if (packed > 0) deps.log.info({ packed }, 'packed repositories');
      return { scratchFolders, candidates, images };
    },
  };
}

async function isWorkedOn(client: Client, job: JobRow): Promise<boolean> {
  try {
    const run = await client.workflow.getHandle(projectWorkflowId(job.project_id)).describe();
    return (
      run.status.name === 'RUNNING' &&
      (run.memo as unknown as WriterMemo | undefined)?.jobId === job.id
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** A row that nobody works on ends as what it is: completed after its commit point, else failed. */
async function closeOrphan(deps: MaintenanceDeps, job: JobRow): Promise<boolean> {
  const { store, stream, log } = deps;
  const published = await store.revisions.ofJob(job.id);
  if (published) return completeOrphan(deps, job, published.revision);
  const error = ERROR_POLICY.RunCrashed.sentence;
  if (!(await store.jobs.fail(job.id, error))) return false;
  log.warn({ jobId: job.id, outcome: 'error' }, 'closed a job that nobody worked on');
  await stream.append(job.id, job.attempt, CLOSING_SEQ, [
    { type: 'failed', kind: 'RunCrashed', error },
  ]);
  return true;
}

async function completeOrphan(
  { complete, log }: MaintenanceDeps,
  job: JobRow,
  revision: string,
): Promise<boolean> {
  log.warn(
    { jobId: job.id, outcome: 'success' },
    'completed a job that nobody worked on after its commit point',
  );
  const ref = {
    jobId: job.id,
    userId: job.user_id,
    projectId: job.project_id,
    attempt: job.attempt,
  };
  return complete(completionOf(ref, revision));
}

/** A clock that jumped makes a folder look old; the row knows whether its job still runs. */
async function isOfActiveJob(store: Store, name: string): Promise<boolean> {
  const jobId = parseCallId(name)?.jobId;
  const row = jobId === undefined ? null : await store.jobs.get(jobId);
  return row !== null && isActive(row.status);
}

async function removeOldScratch(
  scratchDir: string,
  isInUse: (name: string) => Promise<boolean>,
): Promise<number> {
  const entries = await readdir(scratchDir).catch(() => []);
  let removed = 0;
  for (const entry of entries) {
    const folder = path.join(scratchDir, entry);
    const info = await stat(folder).catch(() => null);
    if (!info || Date.now() - info.mtimeMs < SCRATCH_MS || (await isInUse(entry))) continue;
    await rm(folder, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
