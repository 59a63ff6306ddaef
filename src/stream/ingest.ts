import { setTimeout as sleep } from 'node:timers/promises';
import { Pauses } from '../concurrency.js';
import type { CallbackAnswer, CallbackPost } from '../contracts/wire/callback.js';
import {
  itemsFrom,
  type Cursor,
  type RunnerEvent,
  type StreamItem,
} from '../contracts/durable/stream.js';
import type { Log } from '../telemetry/log.js';
import { AttemptCosts, type CostRows } from './attempt-costs.js';
import { AttemptWatch, type AttemptRows } from './attempt-watch.js';
import { PendingEvents } from './pending-events.js';
import type { StreamWriter } from './writer.js';

/** Longest wait of an event for its batch: readers elsewhere have it within 1.2 s (Q2). */
const FLUSH_WITHIN_MS = 900;
const FLUSH_CHARS = 16 * 1024;
const RETRY = { firstMs: 250, factor: 2, maxMs: 3_000, jitter: 0.3 };
/** How long the last post of an attempt waits for its events to be stored. */
const FINAL_TIMEOUT_MS = 3_000;
/** Beyond these, posts are put off: the runner keeps its events and slows down. */
const MAX_PENDING_CHARS_PER_JOB = 2 * 1024 * 1024;
const MAX_PENDING_CHARS = 64 * 1024 * 1024;
const IDLE_MS = 5 * 60_000;

export interface IngestDeps extends AttemptRows, CostRows {
  /** Brings events into the durable stream of the job (C3). */
  append: StreamWriter['append'];
  /** Does the durable stream hold the event at this place, or a later one? */
  isInStream(jobId: string, place: Cursor): Promise<boolean>;
  log: Log;
}

/**
 * Takes the events that runs post: at once to the live path, about once a second to the durable
 * stream (D1, D2). One {@link JobEventIngest} per job that posts here; idle ones are forgotten.
 */
export class EventIngest {
  private readonly jobs = new Map<string, JobEventIngest>();
  private sweptMs = performance.now();

  constructor(
    private readonly deps: IngestDeps & {
      /** The live path: the subscribers here are sent the items at once. */
      offer(jobId: string, items: readonly StreamItem[]): void;
    },
  ) {}

  /**
   * Takes one post. `overloaded`: too much waits to be stored, nothing was taken. With `cancel` the
   * attempt is not wanted any more. Throws when neither row nor stream can be asked.
   */
  async take(
    { jobId, attempt }: { jobId: string; attempt: number },
    { fromSeq, events, final, doing, costUsd }: CallbackPost,
  ): Promise<CallbackAnswer | 'overloaded'> {
    const job = this.of(jobId);
    // The cost counts whatever becomes of the events, and of an attempt that is not wanted (M2).
    if (costUsd !== undefined) job.costs.note(attempt, costUsd);
    if (this.isOverloaded(job)) return 'overloaded';
    if (!(await job.watch.admits(attempt, events, doing ?? null)))
      return { ackedSeq: job.ackedSeq(attempt), cancel: true };
    this.deps.offer(jobId, itemsFrom(attempt, fromSeq, events));
    await job.take(attempt, fromSeq, events);
    if (final) await job.flushNow(FINAL_TIMEOUT_MS);
    return { ackedSeq: job.ackedSeq(attempt), cancel: false };
  }

  private of(jobId: string): JobEventIngest {
    this.sweep();
    let job = this.jobs.get(jobId);
    if (!job) this.jobs.set(jobId, (job = new JobEventIngest(jobId, this.deps)));
    return job;
  }

  private isOverloaded(job: JobEventIngest): boolean {
    if (job.pendingChars > MAX_PENDING_CHARS_PER_JOB) return true;
    let chars = 0;
    for (const { pendingChars } of this.jobs.values()) chars += pendingChars;
    return chars > MAX_PENDING_CHARS;
  }

  private sweep(): void {
    const nowMs = performance.now();
    if (nowMs - this.sweptMs < IDLE_MS) return;
    this.sweptMs = nowMs;
    for (const [jobId, job] of this.jobs)
      if (job.isIdle && nowMs - job.lastUsedMs > IDLE_MS) this.jobs.delete(jobId);
  }
}

/** Gathers the events of one job and brings them into the durable stream in batches (D1). */
export class JobEventIngest {
  private pending = new PendingEvents(0);
  private flushing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  /** Up to here events are to be stored now; later ones wait for their own second. */
  private dueSeq = 0;
  readonly watch: AttemptWatch;
  readonly costs: AttemptCosts;
  lastUsedMs = performance.now();

  constructor(
    private readonly jobId: string,
    private readonly deps: IngestDeps,
  ) {
    this.watch = new AttemptWatch(jobId, deps, deps.log);
    this.costs = new AttemptCosts(jobId, deps, deps.log);
  }

  get pendingChars(): number {
    return this.pending.chars;
  }
  get isIdle(): boolean {
    return this.pending.isEmpty && this.flushing === null;
  }

  /** The last event of `attempt` that is in the durable stream. */
  ackedSeq(attempt: number): number {
    return this.pending.attempt === attempt ? this.pending.acked : 0;
  }

  /** Takes the events of a post for the durable stream, without waiting until they are stored. */
  async take(attempt: number, fromSeq: number, events: readonly RunnerEvent[]): Promise<void> {
    this.lastUsedMs = performance.now();
    if (attempt > this.pending.attempt) this.pending = new PendingEvents(attempt);
    if (attempt < this.pending.attempt) return;
    const pending = this.pending;
    if (fromSeq > pending.top + 1) {
      // This process has not seen the events before: go on only if another one made them durable;
      // else the runner sends them again.
      if (!(await this.deps.isInStream(this.jobId, { attempt, seq: fromSeq - 1 }))) return;
      if (pending !== this.pending) return;
      pending.skipTo(fromSeq - 1);
    }
    if (!pending.take(fromSeq, events) || pending.isEmpty) return;
    if (pending.chars >= FLUSH_CHARS) void this.flush();
    else
      this.timer ??= setTimeout(
        () => void this.flush(),
        FLUSH_WITHIN_MS * (0.7 + Math.random() * 0.3),
      ).unref();
  }

  /** Stores everything now; resolves when it is stored, or after `timeoutMs`. */
  async flushNow(timeoutMs: number): Promise<void> {
    await Promise.race([this.flush(), sleep(timeoutMs, undefined, { ref: false })]);
  }

  /** Resolves when everything that is here is stored, or no longer wanted. Never rejects. */
  private flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.dueSeq = this.pending.top;
    return (this.flushing ??= this.drain().finally(() => (this.flushing = null)));
  }

  /** One signal at a time; a batch that failed is kept and sent again. */
  private async drain(): Promise<void> {
    const pauses = new Pauses(RETRY);
    while (!this.pending.isEmpty && this.isDue()) {
      const pending = this.pending;
      const batch = pending.batch();
      try {
        await this.deps.append(this.jobId, pending.attempt, batch.firstSeq, batch.events);
        pending.confirm(batch);
        pauses.reset();
      } catch (error) {
        this.deps.log.warn(
          { err: error, jobId: this.jobId },
          'a batch of events could not be stored; trying again',
        );
        await pauses.wait();
        // Events of a job that is over need no storing. A row that cannot be read ends nothing.
        const isWanted = await this.watch.wants(pending.attempt).catch(() => true);
        if (!isWanted) return this.drop(pending);
      }
    }
  }

  /** A slow stream is not written faster for being slow: later events wait unless they are many. */
  private isDue(): boolean {
    return this.pending.acked < this.dueSeq || this.pending.chars >= FLUSH_CHARS;
  }

  private drop(pending: PendingEvents): void {
    if (pending === this.pending) this.pending = new PendingEvents(pending.attempt);
  }
}
