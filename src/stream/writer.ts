import type { Client } from '@temporalio/client';
import { streamWorkflowId } from '../contracts/ids.js';
import type { JobEvent, StreamItem } from '../contracts/stream.js';
import { APPEND_SIGNAL, TASK_QUEUE, type JobStreamInput } from '../contracts/workflows.js';

const SIGNAL_DEADLINE_MS = 10_000;

/** Where activities tell a job's listeners what happened (D1, D2). */
export interface JobStreamClient {
  /**
   * Appends events with fixed places, so that a retried activity repeats itself and the stream
   * drops it.
   */
  append(
    jobId: string,
    attempt: number,
    firstSeq: number,
    events: readonly JobEvent[],
  ): Promise<void>;
}

/** The stream of a job is a workflow that the first append starts. */
export function createJobStreamClient(client: Client): JobStreamClient {
  return {
    async append(jobId, attempt, firstSeq, events) {
      const items: StreamItem[] = events.map((event, index) => ({
        attempt,
        seq: firstSeq + index,
        event,
      }));
      const input: JobStreamInput = { jobId };
      await client.withDeadline(Date.now() + SIGNAL_DEADLINE_MS, () =>
        client.workflow.signalWithStart('jobStream', {
          workflowId: streamWorkflowId(jobId),
          taskQueue: TASK_QUEUE,
          args: [input],
          signal: APPEND_SIGNAL,
          signalArgs: [items],
          staticSummary: 'Events of one job',
        }),
      );
    },
  };
}
