import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { WORKER_DIED } from '../contracts/durable/workflows.js';
import type { Log } from '../telemetry/log.js';
import type { Delivery, WorkNotes } from './work-notes.js';

export interface DeadWorkersDeps {
  readonly notes: Pick<WorkNotes, 'takeLeft'>;
  readonly client: Client;
  readonly log: Log;
}

/**
 * Ends what killed workers of this machine were at, for their workflows to go on at once as they
 * would seconds later, when the silence is noticed. What another worker has taken up meanwhile is
 * another delivery, and stays as it is. Never rejects.
 */
export async function endWorkOfDeadWorkers(deps: DeadWorkersDeps): Promise<void> {
  const { notes, log } = deps;
  try {
    const left = await notes.takeLeft();
    const ended = await Promise.all(left.map((delivery) => end(deps, delivery)));
    const count = ended.filter(Boolean).length;
    if (count > 0) log.info({ activities: count }, 'ended what a killed worker was at');
  } catch (error) {
    log.warn({ err: error }, 'the notes of killed workers could not be read');
  }
}

async function end({ client, log }: DeadWorkersDeps, delivery: Delivery): Promise<boolean> {
  const { taskToken, ...execution } = delivery;
  const { namespace } = client.options;
  try {
    // Else the workflow's next task waits a while for the worker that had it in memory.
    await client.workflowService.resetStickyTaskQueue({ namespace, execution });
    await client.activity.fail(
      Buffer.from(taskToken, 'base64'),
      ApplicationFailure.retryable('its worker was killed', WORKER_DIED),
    );
    return true;
  } catch (error) {
    // It has ended already, or Temporal is away: then the silence ends it.
    log.debug({ err: error, ...execution }, 'what a killed worker was at is not open');
    return false;
  }
}
