import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';

/**
 * Asks for the cancellation of the workflow that this step belongs to, so that it can end as a
 * cancelled one (I4). Asked again it changes nothing.
 */
export async function cancelOwnWorkflow(client: Pick<Client, 'workflow'>): Promise<void> {
  const { workflowExecution } = Context.current().info;
  if (!workflowExecution) return;
  const { workflowId, runId } = workflowExecution;
  await client.workflow.getHandle(workflowId, runId).cancel();
}
