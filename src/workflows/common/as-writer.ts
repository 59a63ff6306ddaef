import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowFailure,
  log,
  ParentClosePolicy,
  type ChildWorkflowOptions,
} from '@temporalio/workflow';
import { projectWorkflowId } from '../../contracts/base/ids.js';
import { attributesOf } from '../../contracts/durable/search-attributes.js';
import { JOB_EXECUTION_TIMEOUT } from '../../contracts/durable/workflows.js';

interface Write {
  readonly userId: string;
  readonly projectId: string;
  readonly action: string;
  readonly jobId?: string;
}

/**
 * Runs a child workflow as the project's writer (A1). False when another writer holds the project
 * now, or the child failed: the caller tries again in its next round.
 */
export async function asProjectWriter(
  { userId, projectId, action, jobId }: Write,
  run: (options: ChildWorkflowOptions) => Promise<unknown>,
): Promise<boolean> {
  try {
    await run({
      workflowId: projectWorkflowId(projectId),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowExecutionTimeout: JOB_EXECUTION_TIMEOUT,
      typedSearchAttributes: attributesOf({ userId, projectId, jobId, action }),
    });
    return true;
  } catch (error) {
    const isRetriedLater =
      error instanceof WorkflowExecutionAlreadyStartedError ||
      error instanceof ChildWorkflowFailure;
    if (!isRetriedLater) throw error;
    log.warn('a project has another writer: again in the next round', { projectId, action, error });
    return false;
  }
}
