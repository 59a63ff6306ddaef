import type { Context } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInterceptorsFactory } from '@temporalio/worker';
import { ERROR_POLICY } from '../../contracts/errors.js';
import { count, isMeasuring, observe } from '../../telemetry/metrics.js';
import type { CompleteJobInput, EndingJob, FailJobInput } from '../ports/job-port.js';
import type { RunAgentOutcome } from '../ports/agent-port.js';

/** The backend of a job that no run was made for. */
const NOWHERE = 'none';

/**
 * Jobs are counted from zero: Prometheus takes the first value of a counter for where it starts, so
 * that the first failures of a worker would be no rise.
 */
const JOB_ENDS = [
  ...['generate', 'chat', 'restore', 'question'].map((kind) => ({ outcome: 'completed', kind })),
  ...Object.keys(ERROR_POLICY).map((kind) => ({ outcome: 'failed', kind })),
  { outcome: 'cancelled', kind: 'generate' },
].flatMap((end) => ['local', 'modal', NOWHERE].map((backend) => ({ ...end, backend })));

/** Steps that run now, for whoever looks. */
let running = 0;
export function stepsRunning(): number {
  return running;
}

/** Measures each try of a step, where metrics are served; else steps run as they are. */
export function measuringInterceptors(): ActivityInterceptorsFactory[] {
  if (!isMeasuring()) return [];
  for (const end of JOB_ENDS) count('dreamcore_jobs_total', end, 0);
  return [
    (context) => ({
      inbound: { execute: (input, next) => measure(context, input, () => next(input)) },
    }),
  ];
}

async function measure(
  { info }: Context,
  { args }: ActivityExecuteInput,
  run: () => Promise<unknown>,
): Promise<unknown> {
  const { activityType: step, taskQueue: queue } = info;
  const waitedMs = Date.now() - info.currentAttemptScheduledTimestampMs;
  observe('dreamcore_queue_wait_seconds', { queue }, Math.max(0, waitedMs) / 1_000);
  const startedMs = performance.now();
  const done = (outcome: string): void => {
    running -= 1;
    const seconds = (performance.now() - startedMs) / 1_000;
    observe('dreamcore_step_seconds', { step, queue, outcome }, seconds);
  };
  running += 1;
  try {
    const result = await run();
    done('completed');
    countEnd(step, queue, args, result);
    return result;
  } catch (error) {
    done('failed');
    throw error;
  }
}

/** The steps that end a job say how; a try whose worker dies before it answers counts twice. */
function countEnd(step: string, queue: string, args: unknown[], result: unknown): void {
  if (step === 'completeJob') {
    const { revision, mode } = args[0] as CompleteJobInput;
    const kind = revision === null ? (mode ?? 'question') : 'generate';
    countJob('completed', kind, args);
  }
  if (step === 'failJob' && result !== false)
    countJob('failed', (args[0] as FailJobInput).kind, args);
  if (step === 'cancelJob' && result === 'cancelled') countJob('cancelled', 'generate', args);
  if (step === 'runAgent') {
    const { usage } = result as RunAgentOutcome;
    if (usage !== null) count('dreamcore_model_usd_total', { queue }, usage.costUsd);
  }
}

function countJob(outcome: string, kind: string, [job]: unknown[]): void {
  const { backend = NOWHERE } = job as EndingJob;
  count('dreamcore_jobs_total', { outcome, kind, backend });
}
