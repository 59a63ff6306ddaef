import type { Client } from '@temporalio/client';
import { searchWorkflowId } from '../contracts/base/ids.js';
import { attributesOf } from '../contracts/durable/search-attributes.js';
import {
  ACTION_EXECUTION_TIMEOUT,
  TASK_QUEUE,
  type SearchGameInput,
} from '../contracts/durable/workflows.js';
import type { Log } from '../telemetry/log.js';

const ANSWER_WITHIN_MS = 4_000;
/** Owners play several times in a row: a search begins so long after the last play. */
export const AFTER_PLAY_MS = 180_000;

/** Never rejects: a play that is kept is found by the next search. */
export type RenewSearch = (input: SearchGameInput) => Promise<void>;

/** Searches a version that its owner has played, in place of a search that goes on (P3). */
export function createSearchRenewal(
  temporal: Client,
  log: Log,
  afterMs = AFTER_PLAY_MS,
): RenewSearch {
  return async (input) => {
    const { userId, projectId } = input;
    const options = {
      workflowId: searchWorkflowId(projectId),
      taskQueue: TASK_QUEUE,
      workflowExecutionTimeout: ACTION_EXECUTION_TIMEOUT,
      workflowIdConflictPolicy: 'TERMINATE_EXISTING' as const,
      startDelay: afterMs,
      args: [input],
      typedSearchAttributes: attributesOf({ userId, projectId }),
      priority: { fairnessKey: userId },
    };
    try {
      await temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
        temporal.workflow.start('searchGame', options),
      );
    } catch (error) {
      log.warn({ err: error, projectId }, 'a version that was played is not searched');
    }
  };
}
