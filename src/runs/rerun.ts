import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { actionWorkflowId, projectWorkflowId } from '../contracts/base/ids.js';
import {
  AskedGame,
  JobRerun,
  TakenWork,
  type RerunJobInput,
  type RerunStep,
} from '../contracts/durable/rerun.js';
import { attributesOf, SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import { ACTION_EXECUTION_TIMEOUT, TASK_QUEUE } from '../contracts/durable/workflows.js';
import { failureOfRun } from './failure.js';
import { readRuns } from './find.js';
import { firstOf, NothingToTake, takenBefore } from './taken.js';

/** A job that the database does not know so long after its start was refused. */
const OPENED_WITHIN_MS = 20_000;
const LOOK_MS = 250;

/** Jobs as the database knows them. */
interface Jobs {
  get(id: string): Promise<unknown>;
}

/** A rerun is refused; the message has the reason. */
export class RerunRefused extends Error {
  override readonly name = 'RerunRefused';
}

/** Whose name a rerun is done in, and from which step on. */
export interface Rerun {
  readonly jobId: string;
  readonly userId: string;
  readonly from: RerunStep;
}

/** Does a job once more; resolves when that has begun. Throws {@link RerunRefused}. */
export async function rerunJob(
  client: Client,
  jobs: Jobs,
  { jobId, userId, from }: Rerun,
): Promise<JobRerun> {
  const asked = await askedOf(client, jobId, from);
  const ids = { actionId: randomUUID(), userId: userId.toLowerCase(), projectId: null, jobId };
  const rerun = await makeCopy(client, { ...ids, ...asked });
  await untilOpened(client, jobs, rerun);
  return rerun;
}

/** Reads the input from the history of the run. */
async function askedOf(
  client: Client,
  id: string,
  from: RerunStep,
): Promise<Pick<RerunJobInput, 'asked' | 'taken'>> {
  const run = (await readRuns(client, [id])).get(id);
  if (run === undefined)
    throw new RerunRefused('Temporal does not remember a run of it, nor what was asked.');
  const history = await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
  const events = history.events ?? [];
  const begun = firstOf(events[0]?.workflowExecutionStartedEventAttributes?.input);
  const { userId: sentBy, ...told } = begun as { userId?: unknown; taken?: unknown };
  const asked = AskedGame.parse({ sentBy, ...told });
  if (from === 'plan') return { asked };
  const earlier = TakenWork.optional().parse(told.taken);
  try {
    return { asked, taken: takenBefore(from, events, earlier) };
  } catch (error) {
    throw error instanceof NothingToTake ? new RerunRefused(error.message) : error;
  }
}

/** Starts it in the operator's name; the result comes when the copy is made (E9). */
async function makeCopy(client: Client, input: RerunJobInput): Promise<JobRerun> {
  const { actionId, userId, jobId } = input;
  const handle = await client.workflow.start('rerunJob', {
    workflowId: actionWorkflowId(actionId),
    taskQueue: TASK_QUEUE,
    workflowExecutionTimeout: ACTION_EXECUTION_TIMEOUT,
    args: [input],
    staticSummary: `再実行 (rerun): ${jobId}`,
    typedSearchAttributes: attributesOf({ userId, jobId: actionId, action: 'rerunJob' }),
    priority: { fairnessKey: userId },
  });
  return JobRerun.parse(await handle.result().catch(refusedCopy));
}

function refusedCopy(error: unknown): never {
  const failure = failureOfRun(error);
  if (!failure?.isOfItsCode) throw error;
  throw new RerunRefused(`It cannot be done in a copy: ${failure.message}.`);
}

/**
 * Throws {@link RerunRefused} when the job was refused, as any user's may be: one at a time, a full
 * queue.
 */
async function untilOpened(
  client: Client,
  jobs: Jobs,
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
