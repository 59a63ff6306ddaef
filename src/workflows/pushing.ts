import { log, ParentClosePolicy, setCurrentDetails, startChild } from '@temporalio/workflow';
import { pushWorkflowId } from '../contracts/base/ids.js';
import type { PushedEvent, PushJobEndInput, PushOutcome } from '../contracts/media/push.js';
import { pushing } from './common/activity-proxies.js';
import { unlessCancelled } from './common/failures.js';

/**
 * Notifies the user's browsers; outlives the job and is no part of it: its failures have no effect.
 */
export async function startPushing(input: PushJobEndInput): Promise<void> {
  const started = startChild<typeof pushJobEnd>('pushJobEnd', {
    workflowId: pushWorkflowId(input.jobId),
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowExecutionTimeout: '1 hour',
    args: [input],
  });
  await started.catch(unlessCancelled((why) => log.warn('no push of the end of the job', why)));
}

/** Notifies each browser of the user by itself, each once. */
export async function pushJobEnd(input: PushJobEndInput): Promise<PushOutcome> {
  const ends = await pushToAll(input);
  const outcome = outcomeOf(ends);
  setCurrentDetails(`${outcome.sent} 件に通知 (told ${outcome.sent} of ${ends.length})`);
  return outcome;
}

/** A round of pushes of what others did with games. */
export async function pushGameEvents(): Promise<PushOutcome> {
  const due = await pushing.claimPushes();
  return outcomeOf((await Promise.all(due.map(pushToAll))).flat());
}

type End = 'sent' | 'gone' | 'refused' | 'failed';

function outcomeOf(ends: readonly End[]): PushOutcome {
  const count = (...wanted: End[]) => ends.filter((end) => wanted.includes(end)).length;
  return { sent: count('sent'), gone: count('gone'), failed: count('refused', 'failed') };
}

async function pushToAll({ userId, projectId, event }: PushedEvent): Promise<End[]> {
  const targets = await pushing.listPushTargets({ userId, event });
  return Promise.all(
    targets.map((subscriptionId) => pushOrFail({ userId, projectId, event, subscriptionId })),
  );
}

const pushOrFail = (input: Parameters<typeof pushing.sendPush>[0]): Promise<End> =>
  pushing.sendPush(input).catch(unlessCancelled((): End => 'failed'));
