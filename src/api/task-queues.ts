import type { Connection } from '@temporalio/client';
import { POLLED_WITHIN_MS } from '../temporal/current-workers.js';

/** Tasks of workflows, or of activities. */
export const WORKFLOW_TASKS = 1 as const;
export const ACTIVITY_TASKS = 2 as const;

/** Who polls a task queue, and what waits there. */
export interface QueueFacts {
  readonly pollers: number;
  readonly backlog: number;
  /** How long the oldest task has waited. */
  readonly ageSeconds: number;
}

export async function describeQueue(
  place: Pick<Connection, 'workflowService'> & { readonly namespace: string },
  { name, type }: { readonly name: string; readonly type: 1 | 2 },
): Promise<QueueFacts> {
  const { pollers, stats } = await place.workflowService.describeTaskQueue({
    namespace: place.namespace,
    taskQueue: { name },
    taskQueueType: type,
    reportStats: true,
  });
  const now = Date.now();
  const isPolling = (at: unknown) => now - Number(at ?? 0) * 1000 < POLLED_WITHIN_MS;
  return {
    pollers: (pollers ?? []).filter((each) => isPolling(each.lastAccessTime?.seconds)).length,
    backlog: Number(stats?.approximateBacklogCount ?? 0),
    ageSeconds: Number(stats?.approximateBacklogAge?.seconds ?? 0),
  };
}
