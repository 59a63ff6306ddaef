import {
  isCancellation,
  log,
  ParentClosePolicy,
  setCurrentDetails,
  startChild,
} from '@temporalio/workflow';
import { pushWorkflowId } from '../contracts/base/ids.js';
import type { PushJobEndInput, PushJobEndOutcome } from '../contracts/media/push.js';
import { pushing } from './common/activity-proxies.js';

/**
 * Notifies the user's browsers; outlives the job and is no part of it: its failures have no effect.
 */
export async function startPushing(input: PushJobEndInput): Promise<void> {
  try {
    await startChild<typeof pushJobEnd>('pushJobEnd', {
      workflowId: pushWorkflowId(input.jobId),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowExecutionTimeout: '1 hour',
      args: [input],
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('nobody is told of the end of the job', { error });
  }
}

/** Notifies each browser of the user by itself, each once. */
export async function pushJobEnd(input: PushJobEndInput): Promise<PushJobEndOutcome> {
  const targets = await pushing.listPushTargets({ userId: input.userId });
  const ends = await Promise.all(
    targets.map((subscriptionId) => pushOrFail({ ...input, subscriptionId })),
  );
  const count = (...wanted: string[]) => ends.filter((end) => wanted.includes(end)).length;
  const outcome = {
    sent: count('sent'),
    gone: count('gone'),
    failed: count('refused', 'failed'),
  };
  setCurrentDetails(`${outcome.sent} 件に通知 (told ${outcome.sent} of ${targets.length})`);
  return outcome;
}

async function pushOrFail(
  input: Parameters<typeof pushing.sendPush>[0],
): Promise<'sent' | 'gone' | 'refused' | 'failed'> {
  try {
    return await pushing.sendPush(input);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return 'failed';
  }
}
