import { isCancellation, log, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { queueWorkflowId } from '../contracts/base/ids.js';
import { SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import type { AdmitQueuedInput } from '../contracts/durable/workflows.js';
import { shared } from './common/activity-proxies.js';

/**
 * Admits the user's next message once this run has ended. One that is at it already will do, and
 * the watch finds what is left.
 */
export async function startQueued({ userId }: AdmitQueuedInput): Promise<void> {
  try {
    await startChild<typeof admitQueued>('admitQueued', {
      workflowId: queueWorkflowId(userId),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowExecutionTimeout: '1 minute',
      typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.userId, value: userId }],
      args: [{ userId }],
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.info('the queue is left to the watch', { userId, error });
  }
}

/** Starts the job of the user's message whose turn it is (Q3). */
export async function admitQueued(input: AdmitQueuedInput): Promise<void> {
  await shared.admitQueued(input);
}
