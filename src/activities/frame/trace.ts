import { createHash } from 'node:crypto';
import type { Context } from '@temporalio/activity';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import { spanOfHeaders } from '../../contracts/durable/trace-headers.js';
import { tracedWork, type TracedWork } from '../../contracts/durable/traces.js';
import { currentSpan, inSpan, isTracing, tellSpan } from '../../telemetry/tracing.js';
import type { TraceSinks } from '../../workflows/common/trace-run.js';

/** Runs each try of a step of a traced run in a span, where spans are sent. */
export function tracingInterceptors(): ActivityInterceptorsFactory[] {
  if (!isTracing()) return [];
  return [
    ({ info }: Context) => ({
      inbound: {
        execute(input, next) {
          const parent = spanOfHeaders(input.headers);
          const work = tracedWork(input.args[0], info.taskQueue);
          const start = { layer: 'activity', kind: info.activityType, parent, work } as const;
          return inSpan(start, () => next(input));
        },
      },
    }),
  ];
}

/** Receives the end of traced runs; a run may have been started while spans were sent. */
export const traceSinks: InjectedSinks<TraceSinks> = {
  traces: {
    ended: {
      fn({ workflowType: kind }, run) {
        tellSpan({ ...run, layer: 'workflow', kind, endMs: Date.now() });
      },
    },
  },
};

interface RunnerCall extends TracedWork {
  /** What the runner does. */
  readonly command: 'generate' | 'video';
  readonly callId: string;
}

/** The span of one run of the runner: the same for each worker that waits for it (C1). */
export function inRunnerSpan<T>(
  { command: kind, callId, ...work }: RunnerCall,
  run: () => Promise<T>,
): Promise<T> {
  if (!isTracing()) return run();
  const spanId = createHash('sha256').update(callId).digest('hex').slice(0, 16);
  return inSpan({ layer: 'runner', kind, parent: currentSpan(), spanId, work }, run);
}
