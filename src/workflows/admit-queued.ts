import { log, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { queueWorkflowId } from '../contracts/base/ids.js';
import { attributesOf } from '../contracts/durable/search-attributes.js';
import type { AdmitQueuedInput } from '../contracts/durable/workflows.js';
import { shared } from './common/activity-proxies.js';
import { unlessCancelled } from './common/failures.js';

/**
 * Admits the user's next message once this run has ended. One that is at it already will do, and
 * the watch finds what is left.
 */
export async function startQueued({ userId }: AdmitQueuedInput): Promise<void> {
  const started = startChild<typeof admitQueued>('admitQueued', {
    workflowId: queueWorkflowId(userId),
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowExecutionTimeout: '1 minute',
    typedSearchAttributes: attributesOf({ userId }),
    args: [{ userId }],
  });
  const left = unlessCancelled((why) =>
    log.info('the queue is left to the watch', { userId, ...why }),
  );
  await started.catch(left);
}

/** Starts the job of the user's message whose turn it is (Q3). */
export async function admitQueued(input: AdmitQueuedInput): Promise<void> {
  await shared.admitQueued(input);
}
