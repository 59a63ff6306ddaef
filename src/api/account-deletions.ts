import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { withTimeout } from '../concurrency.js';
import type { AccountDeletion, DeleteAccountInput } from '../contracts/rows/account.js';
import { unavailable } from '../contracts/base/errors.js';
import { accountWorkflowId } from '../contracts/base/ids.js';
import { SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import { JOB_EXECUTION_TIMEOUT, TASK_QUEUE } from '../contracts/durable/workflows.js';

/** The client gets an answer within 5 s when Temporal is unavailable. */
const ANSWER_WITHIN_MS = 4_000;
const WORKFLOW_TYPE = 'deleteAccount';

/** The deletion of accounts, as the API begins it and looks at it. */
export interface AccountDeletions {
  /** Begins it, or joins one that goes on. */
  start(userId: string): Promise<void>;
  /** Null = it was not requested. */
  state(userId: string): Promise<AccountDeletion['state'] | null>;
}

export function createAccountDeletions(temporal: Client): AccountDeletions {
  const within = <T>(ask: () => Promise<T>): Promise<T> =>
    withTimeout(temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, ask), ANSWER_WITHIN_MS, () =>
      unavailable('Temporal does not answer'),
    );
  return {
    async start(userId) {
      await within(() =>
        temporal.workflow.start(WORKFLOW_TYPE, {
          workflowId: accountWorkflowId(userId),
          taskQueue: TASK_QUEUE,
          workflowExecutionTimeout: JOB_EXECUTION_TIMEOUT,
          workflowIdConflictPolicy: 'USE_EXISTING',
          args: [{ userId } satisfies DeleteAccountInput],
          staticSummary: 'アカウントの削除',
          typedSearchAttributes: [
            { key: SEARCH_ATTRIBUTES.userId, value: userId },
            { key: SEARCH_ATTRIBUTES.action, value: WORKFLOW_TYPE },
          ],
        }),
      );
    },

    async state(userId) {
      try {
        const handle = temporal.workflow.getHandle(accountWorkflowId(userId));
        const { status } = await within(() => handle.describe());
        if (status.name === 'RUNNING') return 'running';
        return status.name === 'COMPLETED' ? 'completed' : 'failed';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },
  };
}
