import {
  ContinueAsNew,
  isCancellation,
  proxySinks,
  workflowInfo,
  type Sinks,
  type WorkflowInterceptorsFactory,
} from '@temporalio/workflow';
import { spanOfHeaders, withSpan } from '../../contracts/durable/trace-headers.js';
import {
  failureName,
  tracedWork,
  type SpanPlace,
  type TracedRun,
  type TracedWork,
} from '../../contracts/durable/traces.js';

/** Receives a traced run's end in the worker. */
export interface TraceSinks extends Sinks {
  traces: { ended(run: TracedRun): void };
}

/**
 * Hands the trace of a run on to its activities and children. A run that was started untraced is
 * left alone for good. Nothing here draws from the run's random numbers, waits, or makes a command:
 * a history replays the same with and without (test/replay).
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let own: SpanPlace | null = null;
  const latest: TracedWork = {};
  const handOn = <T extends { headers: Parameters<typeof withSpan>[0] }>(input: T): T =>
    own === null ? input : { ...input, headers: withSpan(input.headers, own) };
  return {
    inbound: [
      {
        execute(input, next) {
          const parent = spanOfHeaders(input.headers);
          if (parent === null) return next(input);
          own = { traceId: parent.traceId, spanId: spanIdOfRun(workflowInfo().runId) };
          const run = { ...own, parentSpanId: parent.spanId };
          const ended = (failure: string | null): void =>
            tellEnd({ ...run, failure, work: { ...latest, ...tracedWork(input.args[0]) } });
          const result = next(input);
          result.then(
            () => ended(null),
            (error: unknown) => ended(failureOf(error)),
          );
          return result;
        },
      },
    ],
    outbound: [
      {
        scheduleActivity(input, next) {
          if (own === null) return next(input);
          const { attempt, backend } = tracedWork(input.args[0], input.options.taskQueue);
          if (attempt) Object.assign(latest, { attempt, backend: backend ?? latest.backend });
          return next(handOn(input));
        },
        startChildWorkflowExecution: (input, next) => next(handOn(input)),
        continueAsNew: (input, next) => next(handOn(input)),
      },
    ],
  };
};

/** The random end of the run's id: the same in every replay. */
const spanIdOfRun = (runId: string): string => runId.replaceAll('-', '').slice(-16);

function failureOf(error: unknown): string | null {
  if (error instanceof ContinueAsNew) return null;
  return isCancellation(error) ? 'Cancelled' : failureName(error);
}

function tellEnd(run: Omit<TracedRun, 'startMs'>): void {
  const startMs = workflowInfo().runStartTime.getTime();
  proxySinks<TraceSinks>().traces.ended({ ...run, startMs });
}
