import { Context } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { Backend } from '../../contracts/execution/backends.js';
import { ERROR_POLICY } from '../../contracts/base/errors.js';
import { count, isMeasuring, observe } from '../../telemetry/metrics.js';
import { aroundActivities, type Arounds } from './interceptors.js';

/** The `backend` label of a job without a run. */
const NOWHERE = 'none';

/** Every series starts at zero: Prometheus takes the first value of a counter as its start. */
const JOB_ENDS = [
  ...['generate', 'chat', 'restore', 'question'].map((kind) => ({ outcome: 'completed', kind })),
  ...Object.keys(ERROR_POLICY).map((kind) => ({ outcome: 'failed', kind })),
  { outcome: 'cancelled', kind: 'generate' },
].flatMap((end) => [...Backend.options, NOWHERE].map((backend) => ({ ...end, backend })));

/** Measures each attempt of an activity and counts the ends of jobs, where metrics are served. */
export class ActivityMeasures {
  /** Activities that run now. */
  running = 0;

  interceptors(): ActivityInterceptorsFactory[] {
    if (!isMeasuring()) return [];
    for (const end of JOB_ENDS) count('dreamcore_jobs_total', end, 0);
    const measure: ActivityInterceptorsFactory = ({ info }) => ({
      inbound: { execute: (input, next) => this.measure(info, () => next(input)) },
    });
    return [measure, aroundActivities(ENDS)];
  }

  private async measure(
    { activityType: step, taskQueue: queue, currentAttemptScheduledTimestampMs }: Context['info'],
    run: () => Promise<unknown>,
  ): Promise<unknown> {
    const waitedMs = Date.now() - currentAttemptScheduledTimestampMs;
    observe('dreamcore_queue_wait_seconds', { queue }, Math.max(0, waitedMs) / 1_000);
    const startedMs = performance.now();
    let outcome = 'failed';
    this.running += 1;
    try {
      const result = await run();
      outcome = 'completed';
      return result;
    } finally {
      this.running -= 1;
      const seconds = (performance.now() - startedMs) / 1_000;
      observe('dreamcore_step_seconds', { step, queue, outcome }, seconds);
    }
  }
}

/** Activities that end a job; an attempt whose worker dies before it answers counts twice. */
const ENDS: Arounds = {
  completeJob: after(({ revision, mode, backend }) =>
    countJob('completed', revision === null ? (mode ?? 'question') : 'generate', backend),
  ),
  failJob: after(({ kind, backend }, closed) => {
    if (closed !== false) countJob('failed', kind, backend);
  }),
  cancelJob: after(({ backend }, outcome) => {
    if (outcome === 'cancelled') countJob('cancelled', 'generate', backend);
  }),
  runAgent: after((_, { usage }) => {
    const { taskQueue: queue } = Context.current().info;
    if (usage !== null) count('dreamcore_model_usd_total', { queue }, usage.costUsd);
  }),
};

function after<Input, Output>(note: (input: Input, output: Output) => void) {
  return async (input: Input, run: () => Promise<Output>): Promise<Output> => {
    const output = await run();
    note(input, output);
    return output;
  };
}

function countJob(outcome: string, kind: string, backend: string = NOWHERE): void {
  count('dreamcore_jobs_total', { outcome, kind, backend });
}
