import type { WorkflowClientInterceptor } from '@temporalio/client';
import { withSpan } from '../contracts/durable/trace-headers.js';
import { currentSpan, isTracing } from './tracing.js';

/** Has each workflow belong to the span that starts it; none where nothing is traced. */
export const traceStarts = (): WorkflowClientInterceptor[] => (isTracing() ? [STARTS] : []);

const STARTS: WorkflowClientInterceptor = {
  start: (input, next) => next(traced(input)),
  startWithDetails: (input, next) => next(traced(input)),
  signalWithStart: (input, next) => next(traced(input)),
  startUpdateWithStart(input, next) {
    const place = currentSpan();
    if (place === null) return next(input);
    const { workflowStartHeaders: headers } = input;
    return next({ ...input, workflowStartHeaders: withSpan(headers, place) });
  },
};

function traced<T extends { headers: Parameters<typeof withSpan>[0] }>(input: T): T {
  const place = currentSpan();
  return place === null ? input : { ...input, headers: withSpan(input.headers, place) };
}
