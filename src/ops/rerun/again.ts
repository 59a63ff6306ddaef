import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { actionWorkflowId, projectWorkflowId } from '../../contracts/ids.js';
import { AskedGame, JobRerun, type RerunJobInput } from '../../contracts/rerun.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import { ACTION_EXECUTION_TIMEOUT, TASK_QUEUE } from '../../contracts/workflows.js';
import type { Store } from '../../store/index.js';
import { readRuns } from '../jobs/outcomes.js';
import { openRunningStore } from '../running-store.js';
import { withServer } from '../with-server.js';

export interface AgainOptions {
  /** In whose name; OPERATOR_USER_ID when it is left out. */
  readonly as?: string;
  readonly json?: boolean;
  readonly envFile?: string;
}

/** A job that the database does not know so long after its start was refused. */
const OPENED_WITHIN_MS = 20_000;
const LOOK_MS = 250;

/**
 * `npx dreamcore rerun <job>`: has the job done once more in the operator's name, by a workflow
 * that makes a copy of its project as it was. Throws a sentence when that cannot begin.
 */
export async function rerunAgain(id: string, options: AgainOptions): Promise<string> {
  const { store, config } = await openRunningStore(options.envFile);
  const userId = options.as ?? config.OPERATOR_USER_ID;
  if (userId === undefined)
    throw new Error('In whose name? Set OPERATOR_USER_ID, or say it with --as <user id>.');
  if ((await store.jobs.get(id)) === null) throw new Error(`No job has the id ${id}.`);
  return withServer(options.envFile, async (client, { config: { PUBLIC_URL }, stack }) => {
    const asked = await askedBy(client, id);
    const rerun = await start(client, {
      actionId: randomUUID(),
      userId: userId.toLowerCase(),
      projectId: null,
      jobId: id,
      asked,
    });
    await untilOpened(client, store, rerun);
    const editor = `${stack?.baseUrl ?? PUBLIC_URL}/project/${rerun.projectId}`;
    return options.json
      ? JSON.stringify({ ...rerun, editor }, null, 2)
      : `Job ${rerun.jobId} does it once more.\n  ${editor}\n  npx dreamcore show ${rerun.jobId}`;
  });
}

/** What the job's run was given. Throws when Temporal has forgotten it. */
async function askedBy(client: Client, id: string): Promise<AskedGame> {
  const run = (await readRuns(client, [id])).get(id);
  if (run === undefined)
    throw new Error('Temporal does not remember a run of it: nobody knows what was asked.');
  const history = await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
  const begun = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  const data = begun?.input?.payloads?.[0]?.data;
  return AskedGame.parse(JSON.parse(Buffer.from(data ?? []).toString()));
}

async function start(client: Client, input: RerunJobInput): Promise<JobRerun> {
  const { actionId, userId, jobId } = input;
  const result: unknown = await client.workflow.execute('rerunJob', {
    workflowId: actionWorkflowId(actionId),
    taskQueue: TASK_QUEUE,
    workflowExecutionTimeout: ACTION_EXECUTION_TIMEOUT,
    args: [input],
    staticSummary: `再実行 (rerun): ${jobId}`,
    typedSearchAttributes: [
      { key: SEARCH_ATTRIBUTES.userId, value: userId },
      { key: SEARCH_ATTRIBUTES.jobId, value: actionId },
      { key: SEARCH_ATTRIBUTES.action, value: 'rerunJob' },
    ],
    priority: { fairnessKey: userId },
  });
  return JobRerun.parse(result);
}

/** Throws when the job was refused, as any user's may be: one at a time, a full queue. */
async function untilOpened(client: Client, store: Store, { jobId, projectId }: JobRerun) {
  const deadlineMs = performance.now() + OPENED_WITHIN_MS;
  const run = client.workflow.getHandle(projectWorkflowId(projectId));
  while ((await store.jobs.get(jobId)) === null) {
    const { status, typedSearchAttributes } = await run.describe();
    if (status.name === 'RUNNING' && performance.now() < deadlineMs) {
      await sleep(LOOK_MS);
      continue;
    }
    const why = typedSearchAttributes.get(SEARCH_ATTRIBUTES.failureKind) ?? status.name;
    throw new Error(`It was copied to project ${projectId}, but the job was refused: ${why}.`);
  }
}
