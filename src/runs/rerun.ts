import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { actionWorkflowId, projectWorkflowId } from '../contracts/ids.js';
import { AskedGame, JobRerun, type RerunJobInput } from '../contracts/rerun.js';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.js';
import { ACTION_EXECUTION_TIMEOUT, TASK_QUEUE } from '../contracts/workflows.js';
import { readRuns } from './find.js';

/** A job that the database does not know so long after its start was refused. */
const OPENED_WITHIN_MS = 20_000;
const LOOK_MS = 250;

/** It cannot be done once more; the message says why. */
export class RerunRefused extends Error {
  override readonly name = 'RerunRefused';
}

/** What `rerunJob` is given to do a job once more. Throws {@link RerunRefused}. */
export async function rerunOf(
  client: Client,
  jobId: string,
  { actionId, userId }: Pick<RerunJobInput, 'actionId' | 'userId'>,
): Promise<RerunJobInput> {
  const asked = await askedBy(client, jobId);
  return { actionId, userId: userId.toLowerCase(), projectId: null, jobId, asked };
}

async function askedBy(client: Client, id: string): Promise<AskedGame> {
  const run = (await readRuns(client, [id])).get(id);
  if (run === undefined)
    throw new RerunRefused('Temporal does not remember a run of it: nobody knows what was asked.');
  const history = await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
  const begun = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  const data = begun?.input?.payloads?.[0]?.data;
  return AskedGame.parse(JSON.parse(Buffer.from(data ?? []).toString()));
}

/** Starts it in the operator's name; the result comes when the copy is made (E9). */
export async function startRerun(
  client: Client,
  input: RerunJobInput,
): Promise<{ result(): Promise<JobRerun> }> {
  const { actionId, userId, jobId } = input;
  const handle = await client.workflow.start('rerunJob', {
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
  return { result: async () => JobRerun.parse(await handle.result()) };
}

/**
 * Throws {@link RerunRefused} when the job was refused, as any user's may be: one at a time, a full
 * queue.
 */
export async function untilOpened(
  client: Client,
  jobs: { get(id: string): Promise<unknown> },
  { jobId, projectId }: JobRerun,
): Promise<void> {
  const deadlineMs = performance.now() + OPENED_WITHIN_MS;
  const run = client.workflow.getHandle(projectWorkflowId(projectId));
  while ((await jobs.get(jobId)) === null) {
    const { status, typedSearchAttributes } = await run.describe();
    if (status.name === 'RUNNING' && performance.now() < deadlineMs) {
      await sleep(LOOK_MS);
      continue;
    }
    const why = typedSearchAttributes.get(SEARCH_ATTRIBUTES.failureKind) ?? status.name;
    throw new RerunRefused(
      `It was copied to project ${projectId}, but the job was refused: ${why}.`,
    );
  }
}
