import {
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { streamWorkflowId } from '../contracts/ids.js';
import { NEXT_PAGE_UPDATE, type NextPageRequest, type StreamPage } from '../contracts/workflows.js';

/** Patience beyond the long poll's own wait, ms. */
const ANSWER_TIMEOUT_MS = 5_000;

/** `missing`: no such stream, not yet or no more. `unavailable`: try again later. */
export type ReadOutcome =
  | { kind: 'page'; page: StreamPage }
  | { kind: 'missing' | 'aborted' }
  | { kind: 'unavailable'; error: unknown };

export type ReadStream = (
  jobId: string,
  request: NextPageRequest,
  signal: AbortSignal,
) => Promise<ReadOutcome>;

/** Reads the durable lane by long-poll updates; never throws (D1). */
export function streamReader(temporal: Client): ReadStream {
  return async (jobId, request, signal) => {
    const handle = temporal.workflow.getHandle(streamWorkflowId(jobId));
    const read = () =>
      handle.executeUpdate<StreamPage, [NextPageRequest]>(NEXT_PAGE_UPDATE, { args: [request] });
    const deadline = Date.now() + request.waitMs + ANSWER_TIMEOUT_MS;
    try {
      return {
        kind: 'page',
        page: await temporal.withAbortSignal(signal, () => temporal.withDeadline(deadline, read)),
      };
    } catch (error) {
      if (signal.aborted) return { kind: 'aborted' };
      if (error instanceof WorkflowNotFoundError) return { kind: 'missing' };
      return {
        kind: 'unavailable',
        error:
          error instanceof WorkflowUpdateRPCTimeoutOrCancelledError
            ? (error.cause ?? error)
            : error,
      };
    }
  };
}
