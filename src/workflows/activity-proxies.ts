import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { AgentActivities, FileActivities, MaintenanceActivities, SharedActivities } from '../activities/ports.js';
import { LOCAL_AGENT_QUEUE, LOCAL_QUEUE, TASK_QUEUE } from '../contracts/workflows.js';

/** A worker that says nothing for so long is dead (all its activities beat once a second). */
const HEARTBEAT_TIMEOUT = '5 seconds';

/** Short steps on our own database and mirror: they are tried until they work, because an accepted message must end. */
export const shared = proxyActivities<SharedActivities>({
  taskQueue: TASK_QUEUE,
  startToCloseTimeout: '20 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/** A conversational answer: the model may fail, so tries are counted. */
export const answering = proxyActivities<Pick<SharedActivities, 'answerQuestion'>>({
  taskQueue: TASK_QUEUE,
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumAttempts: 3 },
});

/** House-keeping: the next round is soon enough. */
export const maintenance = proxyActivities<MaintenanceActivities>({
  taskQueue: TASK_QUEUE,
  startToCloseTimeout: '5 minutes',
  retry: { maximumAttempts: 1 },
});

/** Short file work of the local set. */
export const localFiles = proxyActivities<FileActivities>({
  taskQueue: LOCAL_QUEUE,
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '500 milliseconds', maximumInterval: '10 seconds' },
});

/** One attempt on this machine. The workflow owns the tries (C1), so the activity has one; no schedule-to-start limit (G2). */
export function localAgent(startToCloseTimeoutMs: number): ReturnType<typeof proxyActivities<AgentActivities>> {
  return proxyActivities<AgentActivities>({
    taskQueue: LOCAL_AGENT_QUEUE,
    startToCloseTimeout: startToCloseTimeoutMs,
    heartbeatTimeout: '8 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
  });
}
