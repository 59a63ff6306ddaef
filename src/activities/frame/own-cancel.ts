import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';

/**
 * Requests the cancellation of the workflow of the current activity, so that it closes as cancelled
 * (I4). Idempotent.
 */
export async function cancelOwnWorkflow(client: Pick<Client, 'workflow'>): Promise<void> {
  const { workflowExecution } = Context.current().info;
  if (!workflowExecution) return;
  const { workflowId, runId } = workflowExecution;
  await client.workflow.getHandle(workflowId, runId).cancel();
}
