import type { Client } from '@temporalio/client';
import { hydrateWorkflowId } from '../../contracts/base/ids.js';
import { TASK_QUEUE } from '../../contracts/durable/workflows.js';
import type { Log } from '../../telemetry/log.js';
import type { Hydrate } from '../../store/mirror/hydration.js';

/** Time limit of a reader; it retries later and finds more done. */
const PATIENCE_MS = 8_000;

/**
 * Has the missing versions of a project fetched from its Volume (E7): the API asks for it and waits
 * a moment, the work is a worker's. Readers of one project share one wait. Never throws: false =
 * the Volume was not asked to the end.
 */
export function createHydrate(temporal: Client, log: Log): Hydrate {
  const waiting = new Map<string, Promise<boolean>>();
  return (userId, projectId) => {
    const earlier = waiting.get(projectId);
    if (earlier) return earlier;
    const wait = hydrate(temporal, userId, projectId)
      .then(
        () => true,
        (error: unknown) => {
          log.warn(
            { err: error, projectId },
            'the files of a project could not be fetched in time',
          );
          return false;
        },
      )
      .finally(() => waiting.delete(projectId));
    waiting.set(projectId, wait);
    return wait;
  };
}

async function hydrate(temporal: Client, userId: string, projectId: string): Promise<void> {
  await temporal.withDeadline(Date.now() + PATIENCE_MS, () =>
    temporal.workflow.execute('hydrateProject', {
      workflowId: hydrateWorkflowId(projectId),
      workflowIdConflictPolicy: 'USE_EXISTING',
      taskQueue: TASK_QUEUE,
      args: [{ userId, projectId }],
    }),
  );
}
