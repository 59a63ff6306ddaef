import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { JobRef } from '../../activities/ports/refs.js';
import { ACTION_EXECUTION_TIMEOUT } from '../../contracts/durable/workflows.js';
import { shared } from '../common/activity-proxies.js';

interface NamedVersion extends JobRef {
  revision: string;
  attempt: number;
}

/** A child that outlives its job and makes no version. */
export async function startNaming(input: NamedVersion): Promise<void> {
  await startChild<typeof nameProject>('nameProject', {
    workflowId: `name/${input.jobId}`,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowExecutionTimeout: ACTION_EXECUTION_TIMEOUT,
    args: [input],
  });
}

/** Gives a project that still has the default name the title of its first game. */
export async function nameProject(input: NamedVersion): Promise<{ name: string } | null> {
  return shared.nameProject(input);
}
