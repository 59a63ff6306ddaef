import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { getExternalWorkflowHandle, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { replicationWorkflowId } from '../contracts/ids.js';
import { REPLICATE_SIGNAL } from '../contracts/modal.js';
import type { replicateProject } from './replicate-project.js';

/**
 * Lets the user's Volume follow what was published here, outliving the caller and never part of a
 * job's path. One that runs already is asked for another look; should it end at this moment, the
 * next call's bundle or the Schedule brings what it missed.
 */
export async function startReplication({
  userId,
  projectId,
}: {
  userId: string;
  projectId: string;
}): Promise<void> {
  const workflowId = replicationWorkflowId(projectId);
  try {
    await startChild<typeof replicateProject>('replicateProject', {
      workflowId,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [{ userId, projectId }],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await getExternalWorkflowHandle(workflowId)
      .signal(REPLICATE_SIGNAL)
      .catch(() => undefined);
  }
}
