import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';
import type { Log } from '../telemetry/log.js';
import type { WorkerGroups } from './queues.js';

/** One request received twice: a service manager may signal us and the launcher, which forwards. */
const SAME_REQUEST_MS = 500;
/** Jobs whose long work has ended count as done after this time without an activity. */
const QUIET_MS = 2_000;
const SETTLE_LIMIT_MS = 20_000;
const POLL_MS = 50;

export interface ShutdownOptions {
  /** Long work may finish within this time. */
  readonly graceMs: number;
  /** Aborted to hand over what is not finished. */
  readonly handOver: AbortController;
  readonly log: Log;
  /** Called when the long work has ended, before the short work stops. */
  readonly onFinished: () => void;
}

/**
 * Runs the workers of this process until a stop request. After the first it takes no more long work
 * and finishes what it has begun, within the grace; workflows and short activities go on meanwhile.
 * After a second, or the grace, it hands over: other workers continue, at no attempt's cost (I5).
 */
export class RunningWorkers {
  /** Resolves when all have stopped; rejects when one of them fails. */
  readonly ended: Promise<void>;
  private readonly longEnded: Promise<unknown>;
  private askedAtMs: number | null = null;

  constructor(
    private readonly groups: WorkerGroups,
    private readonly options: ShutdownOptions,
  ) {
    const { long, waiting, short } = groups;
    this.longEnded = runAll([...long, ...waiting]);
    this.ended = Promise.all([this.longEnded, runAll(short)]).then(() => undefined);
  }

  /** A stop request. */
  ask(): void {
    const nowMs = performance.now();
    if (this.askedAtMs === null) {
      this.askedAtMs = nowMs;
      void this.finish();
    } else if (nowMs - this.askedAtMs > SAME_REQUEST_MS) {
      this.options.log.info('handing over what is not finished');
      this.options.handOver.abort();
    }
  }

  private async finish(): Promise<void> {
    const { long, waiting, short } = this.groups;
    const { graceMs, handOver, log, onFinished } = this.options;
    const hasWork = tasksOf(long) > 0;
    log.info({ graceMs }, 'finishing what has begun; a second stop request hands it over');
    stopAll([...long, ...waiting]);
    const timer = setTimeout(() => handOver.abort(), graceMs);
    await this.longEnded.catch(() => undefined);
    clearTimeout(timer);
    if (hasWork) await settled(short, handOver.signal);
    onFinished();
    stopAll(short);
  }
}

function runAll(workers: readonly Worker[]): Promise<unknown> {
  return Promise.all(workers.map((worker) => worker.run()));
}

/** Tasks in flight on these workers. */
function tasksOf(workers: readonly Worker[]): number {
  return workers
    .map((worker) => worker.getStatus())
    .reduce(
      (sum, { numInFlightActivities, numInFlightWorkflowActivations }) =>
        sum + numInFlightActivities + numInFlightWorkflowActivations,
      0,
    );
}

/**
 * Waits for the steps that follow long work, so that a job that was finished is also published;
 * what takes longer, or is handed over, goes on under the next worker.
 */
async function settled(workers: readonly Worker[], handOver: AbortSignal): Promise<void> {
  const startedAtMs = performance.now();
  for (let busyAtMs = startedAtMs; ; await sleep(POLL_MS)) {
    const nowMs = performance.now();
    if (tasksOf(workers) > 0) busyAtMs = nowMs;
    if (handOver.aborted || nowMs - busyAtMs > QUIET_MS) return;
    if (nowMs - startedAtMs > SETTLE_LIMIT_MS) return;
  }
}

function stopAll(workers: readonly Worker[]): void {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}
