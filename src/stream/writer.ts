import type { Client } from '@temporalio/client';
import { streamWorkflowId } from '../contracts/base/ids.js';
import {
  APPEND_SIGNAL,
  itemsFrom,
  type JobEvent,
  type JobStreamInput,
} from '../contracts/durable/stream.js';
import { TASK_QUEUE } from '../contracts/durable/workflows.js';

const SIGNAL_DEADLINE_MS = 10_000;

/** Writes to the durable stream of a job; activities and the API share it (D1, C3). */
export type StreamWriter = ReturnType<typeof streamWriter>;

export function streamWriter(temporal: Client) {
  return {
    /**
     * Appends events of one attempt, numbered from `firstSeq`, and resolves when they are durable.
     * The first append starts the stream. Events appended again are dropped by the stream, so a
     * caller may retry with the same numbers.
     */
    async append(
      jobId: string,
      attempt: number,
      firstSeq: number,
      events: readonly JobEvent[],
    ): Promise<void> {
      const input: JobStreamInput = { jobId };
      await temporal.withDeadline(Date.now() + SIGNAL_DEADLINE_MS, () =>
        temporal.workflow.signalWithStart('jobStream', {
          workflowId: streamWorkflowId(jobId),
          taskQueue: TASK_QUEUE,
          args: [input],
          signal: APPEND_SIGNAL,
          signalArgs: [itemsFrom(attempt, firstSeq, events)],
          staticSummary: 'Events of one job',
        }),
      );
    },
  };
}
