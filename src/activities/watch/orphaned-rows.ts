import type { Client } from '@temporalio/client';
import { message } from '../../contracts/messages/message.js';
import {
  actionWorkflowId,
  projectWorkflowId,
  publicationWorkflowId,
} from '../../contracts/base/ids.js';
import type { ActionRow, JobRow } from '../../contracts/rows/rows.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/durable/search-attributes.js';
import { describeOrNull } from '../../temporal/describe.js';
import { closeActionRow } from '../../store/lost-actions.js';
import { CLOSING_SEQ, failedEvent } from '../../contracts/durable/stream.js';
import type { WriterMemo } from '../../contracts/durable/workflows.js';
import { completionOf } from '../shared/jobs/jobs.js';
import type { WatchDeps } from './watch-deps.js';

/** Rows of each kind that one round looks at. */
const LIMIT = 500;

/**
 * Closes rows of jobs and actions that are open, older than a round, and have no live workflow
 * (B3). A row is made by its workflow, so it is never seen too early.
 */
export async function closeOrphanedRows(deps: WatchDeps): Promise<void> {
  const { client, config, store } = deps;
  const { jobs, actions } = await store.watch.openWork(config.WATCH_INTERVAL_MS, LIMIT);
  for (const job of jobs)
    if (!(await isWorkedOn(client, job.id, [projectWorkflowId(job.project_id)])))
      await closeJob(deps, job);
  for (const action of actions)
    if (!(await isWorkedOn(client, action.id, workflowsOf(action))))
      await closeAction(deps, action);
}

/** Workflows that may work on an action, as far as their ids are known by the row. */
function workflowsOf({ id, project_id: projectId }: ActionRow): string[] {
  const ofProject =
    projectId === null ? [] : [projectWorkflowId(projectId), publicationWorkflowId(projectId)];
  return [actionWorkflowId(id), ...ofProject];
}

/** Asks the workflows themselves first: the list may lag behind, and finds the others. */
async function isWorkedOn(
  client: Client,
  workId: string,
  workflowIds: readonly string[],
): Promise<boolean> {
  for (const workflowId of workflowIds)
    if (await isRunningFor(client, workflowId, workId)) return true;
  const { name } = SEARCH_ATTRIBUTES.jobId;
  const query = `${name}='${workId}' AND ExecutionStatus='Running'`;
  return (await client.workflow.count(query)).count > 0;
}

async function isRunningFor(client: Client, workflowId: string, workId: string): Promise<boolean> {
  const run = await describeOrNull(client, workflowId);
  if (run?.status.name !== 'RUNNING') return false;
  const memo = run.memo as unknown as WriterMemo | undefined;
  return (memo?.jobId ?? run.typedSearchAttributes.get(SEARCH_ATTRIBUTES.jobId)) === workId;
}

/** An orphaned row ends as what it is: completed after its commit point, else failed. */
async function closeJob(deps: WatchDeps, job: JobRow): Promise<void> {
  const { store, stream, log } = deps;
  const published = await store.revisions.ofJob(job.id);
  if (published) {
    log.warn(
      { jobId: job.id, outcome: 'success' },
      'completed a job without a workflow, after its commit point',
    );
    const { id: jobId, user_id: userId, project_id: projectId, attempt } = job;
    await deps.complete(completionOf({ jobId, userId, projectId, attempt }, published.revision));
    return;
  }
  const error = message('RunCrashed');
  if (!(await store.jobs.fail(job.id, error))) return;
  log.warn({ jobId: job.id, outcome: 'error' }, 'closed a job without a workflow');
  await stream.append(job.id, job.attempt, CLOSING_SEQ, [failedEvent(error)]);
}

/** The same for an action; only a restore and saved settings have a commit point. */
async function closeAction({ store, log }: WatchDeps, action: ActionRow): Promise<void> {
  const { id, kind } = action;
  const end = await closeActionRow(store, action, 'RunCrashed');
  if (end === 'completed')
    log.warn({ actionId: id, kind, outcome: 'success' }, 'completed an action after its version');
  if (end === 'failed')
    log.warn({ actionId: id, kind, outcome: 'error' }, 'closed an action without a workflow');
}
