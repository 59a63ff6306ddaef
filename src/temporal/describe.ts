import { WorkflowNotFoundError, type Client } from '@temporalio/client';

/** The latest run of a workflow, or this one; null = there is none. */
export async function describeOrNull(
  { workflow }: Pick<Client, 'workflow'>,
  workflowId: string,
  runId?: string,
) {
  try {
    return await workflow.getHandle(workflowId, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
