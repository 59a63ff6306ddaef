import { callIdFor } from '../contracts/base/ids.js';
import type { Log } from '../telemetry/log.js';

export interface CostRows {
  /** Stores what a call has cost so far, US dollars; sums only rise. */
  noteCost(callId: string, costUsd: number): Promise<void>;
}

const WRITE_INTERVAL_MS = 2_000;

/** Stores the running cost of a job's attempts, once per interval; the newest sum is never lost. */
export class AttemptCosts {
  private readonly due = new Map<number, number>();
  private readonly written = new Map<number, number>();
  private writtenMs = -Infinity;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly jobId: string,
    private readonly rows: CostRows,
    private readonly log: Log,
  ) {}

  note(attempt: number, costUsd: number): void {
    if (costUsd === this.written.get(attempt)) return;
    this.due.set(attempt, costUsd);
    const dueInMs = this.writtenMs + WRITE_INTERVAL_MS - performance.now();
    this.timer ??= setTimeout(() => void this.write(), Math.max(0, dueInMs)).unref();
  }

  private async write(): Promise<void> {
    this.timer = null;
    this.writtenMs = performance.now();
    const due = [...this.due];
    this.due.clear();
    for (const [attempt, costUsd] of due)
      try {
        await this.rows.noteCost(callIdFor(this.jobId, attempt), costUsd);
        this.written.set(attempt, costUsd);
      } catch (error) {
        // The next post carries the sum again.
        this.log.warn({ err: error, jobId: this.jobId, attempt }, 'a cost could not be stored');
      }
  }
}
