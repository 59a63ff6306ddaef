import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { TASK_QUEUE } from '../../contracts/durable/workflows.js';
import type { WatchDeps } from './watch-deps.js';

/**
 * The code of the run fails again and again. Time-outs do not count: a busy worker makes those. A
 * run keeps the mark after its end.
 */
const BROKEN =
  "TemporalReportedProblems IN ('category=WorkflowTaskFailed') " + `AND TaskQueue='${TASK_QUEUE}'`;
/** More broken runs than this within the window: the build is broken, not the runs. */
const MOST_ENDED = 10;
const WINDOW_MS = 5 * 60_000;
/** Looked at in one round. */
const LIMIT = 50;
/** Newest events of a run, among which its failure stands. */
const EVENTS = 50;
/** Types of events, as the server numbers them. */
const TASK_COMPLETED = 7;
const TASK_FAILED = 9;

interface BrokenRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  readonly sinceMs: number;
  readonly reason: string;
}

/**
 * Whether broken runs are ended one by one, or left for a rollback to save: by how many there are
 * and how many were ended a moment ago.
 */
export function mayEnd(broken: number, endedLately: number): boolean {
  return broken + endedLately <= MOST_ENDED;
}

/**
 * Ends the runs whose workflow code has been failing for `BROKEN_RUN_MS` and raises an alert; the
 * rows are closed with the orphaned ones. With too many of them it only pages: then a rollback
 * is the cure, and saves them.
 */
export async function endBrokenRuns(deps: WatchDeps): Promise<void> {
  const { client, config, alerts } = deps;
  const broken: BrokenRun[] = [];
  for await (const run of client.workflow.list({
    query: `ExecutionStatus='Running' AND ${BROKEN}`,
    pageSize: LIMIT,
  })) {
    const found = await findFailure(client, run);
    if (found && Date.now() - found.sinceMs >= config.BROKEN_RUN_MS) broken.push(found);
    if (broken.length >= LIMIT) break;
  }
  if (broken.length === 0) {
    await alerts.clear({ kind: 'buildBroken', key: 'workflows' });
    return;
  }
  const endedLately = await countEndedLately(client);
  if (mayEnd(broken.length, endedLately)) for (const run of broken) await endRun(deps, run);
  else
    await alerts.raise({
      kind: 'buildBroken',
      key: 'workflows',
      message:
        'the code of more than 10 workflows fails: they are NOT ended any more. Roll back with ' +
        '`npx dreamcore deploy current <build>`, and they go on',
      details: { broken: broken.length, endedLately, example: broken[0] },
    });
}

async function endRun({ client, alerts, log }: WatchDeps, run: BrokenRun): Promise<void> {
  const { workflowId, runId } = run;
  await alerts.raise({
    kind: 'workflowBroken',
    key: workflowId,
    message: `the code of workflow ${run.type} failed again and again; the run was ended`,
    details: { ...run },
  });
  await client.workflow
    .getHandle(workflowId, runId)
    .terminate(`its workflow code fails: ${run.reason}`.slice(0, 500));
  log.error({ ...run }, 'ended a workflow whose code fails');
}

async function countEndedLately(client: Client): Promise<number> {
  const since = new Date(Date.now() - WINDOW_MS).toISOString();
  return (
    await client.workflow.count(
      `ExecutionStatus='Terminated' AND ${BROKEN} AND CloseTime > '${since}'`,
    )
  ).count;
}

/** Since when the run's task fails; null when it is well again or has ended. */
async function findFailure(
  client: Client,
  { workflowId, runId, type }: WorkflowExecutionInfo,
): Promise<BrokenRun | null> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: EVENTS,
  });
  // Later tries are not written down, so the newest failure is where this trouble began.
  const last = history?.events?.find(({ eventType }) =>
    [TASK_COMPLETED, TASK_FAILED].includes(Number(eventType)),
  );
  if (!last || Number(last.eventType) !== TASK_FAILED) return null;
  return {
    workflowId,
    runId,
    type,
    sinceMs: Number(last.eventTime?.seconds ?? 0) * 1000,
    reason: last.workflowTaskFailedEventAttributes?.failure?.message ?? 'unknown',
  };
}
