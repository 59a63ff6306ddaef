import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';
import type { Log } from '../telemetry/log.js';
import { handOver, handOverSignal } from './frame/hand-over.js';
import type { WorkerGroups } from './queues.js';

/** One request heard twice: a service manager may tell us and the launcher, which passes it on. */
const SAME_REQUEST_MS = 500;
/** Jobs whose long work has ended are at their end when no step was taken for so long. */
const QUIET_MS = 2_000;
const SETTLE_LIMIT_MS = 20_000;
const LOOK_MS = 50;

export interface ShutdownOptions {
  /** Long work is finished for so long. */
  readonly graceMs: number;
  readonly log: Log;
  /** Called when the long work has ended, before the short work stops. */
  readonly onFinished: () => void;
}

/**
 * Runs the workers of this process until it is told to stop. Told once, it takes no more long work
 * and finishes what it has begun, within the grace; its workflows and short steps go on meanwhile,
 * so that this work comes to its end. Told again, or after the grace, it hands over: other workers
 * go on, and nobody pays with a try for it (I5).
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

  /** The process is told to stop. */
  ask(): void {
    const nowMs = performance.now();
    if (this.askedAtMs === null) {
      this.askedAtMs = nowMs;
      void this.finish();
    } else if (nowMs - this.askedAtMs > SAME_REQUEST_MS) {
      this.options.log.info('handing over what is not finished');
      handOver();
    }
  }

  private async finish(): Promise<void> {
    const { long, waiting, short } = this.groups;
    const { graceMs, log, onFinished } = this.options;
    const hasWork = tasksOf(long) > 0;
    log.info({ graceMs }, 'finishing what has begun; told again, it is handed over');
    stopAll([...long, ...waiting]);
    const timer = setTimeout(handOver, graceMs);
    await this.longEnded.catch(() => undefined);
    clearTimeout(timer);
    if (hasWork) await settled(short);
    onFinished();
    stopAll(short);
  }
}

function runAll(workers: readonly Worker[]): Promise<unknown> {
  return Promise.all(workers.map((worker) => worker.run()));
}

/** What these workers are doing at this moment. */
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
async function settled(workers: readonly Worker[]): Promise<void> {
  const startedAtMs = performance.now();
  for (let busyAtMs = startedAtMs; ; await sleep(LOOK_MS)) {
    const nowMs = performance.now();
    if (tasksOf(workers) > 0) busyAtMs = nowMs;
    if (handOverSignal.aborted || nowMs - busyAtMs > QUIET_MS) return;
    if (nowMs - startedAtMs > SETTLE_LIMIT_MS) return;
  }
}

function stopAll(workers: readonly Worker[]): void {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}
