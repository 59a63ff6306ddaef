import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { message } from '../contracts/messages/message.js';
import { ACTION_KINDS } from '../contracts/rows/actions.js';
import { isActive, type ActionRow, type JobRow } from '../contracts/rows/rows.js';
import type { WriterMemo } from '../contracts/durable/workflows.js';
import { SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import { ownRange } from '../process/build-range.js';
import { closeActionRow } from '../store/lost-actions.js';
import type { Store } from '../store/index.js';
import { hasGrpcCode } from '../temporal/grpc-codes.js';
import { buildsLeftBehind, type OwnBuild } from '../temporal/left-behind.js';
import { runsOn, startAgain } from '../temporal/versions.js';
import type { Versions } from '../versions/kept/versions.js';
import { findBuild } from './builds.js';
import type { Output } from './options.js';
import { openRunningStore } from './running-store.js';
import { withServer } from './with-server.js';

/** The list of runs follows what was ended after a moment: it is read again this often at most. */
const MAX_ROUNDS = 20;

/** How many runs of builds that this one has left behind met which end. */
export interface UpgradedWork {
  failed: number;
  startedAgain: number;
  ended: number;
}
export type Fate = keyof UpgradedWork;

/** Workflows of accepted work: each makes and ends its row. */
const ACCEPTED = new Set<string>(['generateGame', 'restoreVersion', 'tuneGame', ...ACTION_KINDS]);
/** These go on from wherever they were cut, and no row records that one was begun. */
const WITHOUT_ROWS = new Set(['deleteProject', 'deleteAccount', 'adoptGuest', 'adoptProject']);

/**
 * What happens to a run that no worker will go on with (U1): accepted work that has spent nothing
 * starts again under its own id, other open work fails as UPGRADED, the rest is only ended.
 */
export function fateOf(
  workflowType: string,
  row: { readonly isOpen: boolean; readonly isUntouched: boolean } | null,
): Fate {
  if (WITHOUT_ROWS.has(workflowType)) return 'startedAgain';
  if (!ACCEPTED.has(workflowType)) return 'ended';
  if (row === null) return 'startedAgain';
  if (!row.isOpen) return 'ended';
  return row.isUntouched ? 'startedAgain' : 'failed';
}

interface UpgradeDeps {
  readonly client: Client;
  readonly store: Store;
  readonly versions: Pick<Versions, 'candidates' | 'object' | 'keepFailed'>;
  readonly own: OwnBuild;
}

/** `npx dreamcore upgrade`: ends what is open on builds that cannot work with this one's data. */
export async function upgradeWork({ envFile }: Output): Promise<string> {
  const [{ store, versions }, range, { id: buildId }] = await Promise.all([
    openRunningStore(envFile),
    ownRange(),
    findBuild(undefined),
  ]);
  const done = await withServer(envFile, (client) =>
    endOlderWork({ client, store, versions, own: { buildId, range } }),
  );
  return (
    `Work of builds that cannot go on: ${done.startedAgain} started again, ${done.failed} ` +
    `failed as UPGRADED, ${done.ended} ended.`
  );
}

/** May be repeated: what an interrupted call has left is done by the next. */
async function endOlderWork(deps: UpgradeDeps): Promise<UpgradedWork> {
  const done: UpgradedWork = { failed: 0, startedAgain: 0, ended: 0 };
  for (const buildId of await buildsLeftBehind(deps.client, deps.own)) {
    const seen = new Set<string>();
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const before = seen.size;
      for await (const run of deps.client.workflow.list({ query: runsOn(buildId) })) {
        if (seen.has(run.runId)) continue;
        seen.add(run.runId);
        done[await endRun(deps, run)] += 1;
      }
      if (seen.size === before) break;
    }
  }
  return done;
}

interface ListedRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  readonly memo?: Record<string, unknown>;
  readonly typedSearchAttributes: { get(key: typeof SEARCH_ATTRIBUTES.jobId): string | undefined };
}

async function endRun(deps: UpgradeDeps, run: ListedRun): Promise<Fate> {
  const { client, store } = deps;
  const memo = run.memo as Partial<WriterMemo> | undefined;
  const workId = memo?.jobId ?? run.typedSearchAttributes.get(SEARCH_ATTRIBUTES.jobId);
  const job = workId === undefined ? null : await store.jobs.get(workId);
  const action = workId === undefined || job ? null : await store.actions.get(workId);
  const fate = fateOf(run.type, job ? await jobState(store, job) : actionState(action));
  if (fate === 'startedAgain') {
    await startAgain(client, run, randomUUID());
    return fate;
  }
  if (fate === 'failed' && job) await failJob(deps, job);
  if (fate === 'failed' && action) await closeActionRow(store, action, 'UPGRADED');
  await terminate(client, run);
  return fate;
}

async function jobState(store: Store, job: JobRow) {
  return {
    isOpen: isActive(job.status),
    isUntouched: job.status === 'pending' && (await store.operators.usageOf(job.id)).length === 0,
  };
}

const actionState = (action: ActionRow | null) =>
  action && { isOpen: isActive(action.state), isUntouched: false };

/**
 * The row ends by compare-and-set: past its commit point it completes. What the run had made last
 * is kept as a failed run's work is (E4), that of an older layout by the move; what cannot be read
 * keeps no row open.
 */
async function failJob(deps: UpgradeDeps, job: JobRow): Promise<void> {
  await keepLastCandidate(deps, job).catch(() => null);
  await deps.store.jobs.fail(job.id, message('UPGRADED'));
}

async function keepLastCandidate({ versions }: UpgradeDeps, job: JobRow): Promise<void> {
  const work = { projectId: job.project_id, workId: job.id };
  const [last] = await versions.candidates(work);
  if (!last) return;
  const object = await versions.object({ ...work, revision: last.revision });
  await versions.keepFailed({ ...work, attempt: Math.max(1, job.attempt) }, object, last.parent);
}

async function terminate(client: Client, { workflowId, runId }: ListedRun): Promise<void> {
  try {
    await client.workflow
      .getHandle(workflowId, runId)
      .terminate('UPGRADED: its build cannot work with this version of the data (U1)');
  } catch (error) {
    if (!hasGrpcCode(error, 'notFound')) throw error;
  }
}
