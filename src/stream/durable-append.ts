import type { Client } from '@temporalio/client';
import { streamWorkflowId } from '../contracts/ids.js';
import { compareCursors } from '../contracts/stream.js';
import { APPEND_SIGNAL, TASK_QUEUE, type JobStreamInput } from '../contracts/workflows.js';
import type { ReadStream } from './reader.js';
import type { InboxDeps } from './job-event-ingest.js';

const SIGNAL_TIMEOUT_MS = 10_000;

/** Writing to and asking the durable stream of a job (D1, C3). */
export function durableLane(
  temporal: Client,
  readStream: ReadStream,
): Pick<InboxDeps, 'append' | 'hasInStream'> {
  return {
    async append(jobId, items) {
      const input: JobStreamInput = { jobId };
      await temporal.withDeadline(Date.now() + SIGNAL_TIMEOUT_MS, () =>
        temporal.workflow.signalWithStart('jobStream', {
          workflowId: streamWorkflowId(jobId),
          taskQueue: TASK_QUEUE,
          args: [input],
          signal: APPEND_SIGNAL,
          signalArgs: [items],
          staticSummary: 'Events of one job',
        }),
      );
    },

    async hasInStream(jobId, attempt, seq) {
      const outcome = await readStream(
        jobId,
        { after: { attempt, seq: seq - 1 }, waitMs: 0 },
        new AbortController().signal,
      );
      if (outcome.kind !== 'page') return false;
      // A tail that begins later than that has had it.
      return (
        outcome.page.gap ||
        outcome.page.items.some((item) => compareCursors(item, { attempt, seq }) >= 0)
      );
    },
  };
}
