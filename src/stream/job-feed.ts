import { Pauses } from '../concurrency.js';
import { message } from '../contracts/messages/message.js';
import { isActive, type JobRow } from '../contracts/rows/rows.js';
import {
  CLOSING_SEQ,
  failedEvent,
  endsJob,
  type Cursor,
  type StreamItem,
  type StreamPage,
} from '../contracts/durable/stream.js';
import type { Log } from '../telemetry/log.js';
import type { DeliveryPath } from './delivery.js';
import { notBegunFrame, waitingFrame } from './frames.js';
import { JobFacts, type FactsSource } from './job-facts.js';
import { RECENT_MS } from './recent-rows.js';
import { LivePathWatch, planRead, type ReadOutcome, type ReadStream } from './reader.js';
import { ReorderBuffer } from './reorder-buffer.js';
import { JobSubscribers, type Subscriber } from './subscribers.js';

const POSITION_INTERVAL_MS = 2_000;
const RETRY = { firstMs: 50, factor: 2, maxMs: 2_000, jitter: 0.3 };
/** So long a job is waited for that has neither row nor stream, nor a run that is known of (A6). */
const UNOPENED_MS = 10 * 60_000;
/** So long after it was accepted a job has its row, unless something is wrong (O5). */
const NOT_BEGUN_MS = 20_000;
/** So long after its stream could be read for the last time a job may end by its row alone. */
const UNREADABLE_MS = 15_000;

export interface FeedDeps {
  readStream: ReadStream;
  facts: FactsSource;
  log: Log;
  /** An accepted job has no row after `notBegunMs` (20 s unless given); once for each feed. */
  onNotBegun?: (jobId: string) => void;
  notBegunMs?: number;
  /** 15 s unless given. */
  unreadableMs?: number;
}

/**
 * Feeds the subscribers of one job: with the live path as early as the order allows, with the
 * durable stream for everything else (D2). One reader serves all of them: it reads after the
 * slowest subscriber, and each is sent only what it does not have (D5).
 */
export class JobFeed {
  private readonly facts: JobFacts;
  private readonly subscribers: JobSubscribers;
  private readonly live = new ReorderBuffer();
  private readonly livePath = new LivePathWatch();
  private readonly pauses = new Pauses(RETRY);
  private readonly createdMs = performance.now();
  private isReading = false;
  /** Since when no read of the stream has been answered; null when the last one was. */
  private unreadableSinceMs: number | null = null;
  private read = new AbortController();
  /** The job has ended by its row; the stream has not ended yet. */
  private hasRowEnded = false;
  private work: Promise<unknown> = Promise.resolve();
  private positionTimer: NodeJS.Timeout | null = null;
  private lastPosition: number | null = null;
  private isToldNotBegun = false;

  constructor(
    readonly jobId: string,
    private readonly deps: FeedDeps,
    private readonly onEmpty: () => void,
  ) {
    this.facts = new JobFacts(jobId, deps.facts, (error) =>
      deps.log.warn({ err: error, jobId }, 'a fact of a job frame could not be read'),
    );
    this.subscribers = new JobSubscribers(jobId, this.facts);
  }

  /** Adds a subscriber that has everything up to `from`; 'now' = only what comes next (D3). */
  add(subscriber: Subscriber, from: Cursor | 'now'): void {
    this.subscribers.add(subscriber, from);
    this.lastPosition = null;
    this.read.abort();
    if (!this.isReading) void this.readWhileWanted();
  }

  remove(subscriber: Subscriber): void {
    if (!this.subscribers.remove(subscriber) || !this.subscribers.isEmpty) return;
    this.read.abort();
    this.stopTellingPosition();
    this.live.clear();
    this.onEmpty();
  }

  /** Takes items of the live path. */
  offer(items: readonly StreamItem[]): void {
    this.livePath.sawItems();
    this.live.add(items);
    this.live.dropExcess();
    void this.serially(async () => {
      await this.deliverLive();
      if (this.live.items.length > 0 && !this.subscribers.isPlacing) this.livePath.cutRead();
    });
  }

  /** The job was cancelled: resolves when every subscriber has the frame; nothing follows (F1). */
  async cancelled(row: JobRow): Promise<void> {
    await this.serially(async () => this.subscribers.cancelled(row));
  }

  private async readWhileWanted(): Promise<void> {
    this.isReading = true;
    while (this.subscribers.isWaiting) {
      this.subscribers.beginRead();
      const outcome = await this.readPage();
      const next = (await this.serially(() => this.take(outcome))) ?? 'pause';
      if (next === 'stop') break;
      const isLongUnreadable = next === 'pause' && this.isLongUnreadable;
      if (next === 'pause') await this.pauses.wait();
      if (next === 'checkRow' || isLongUnreadable) await this.checkRow();
    }
    this.isReading = false;
    // A subscriber may have come while the last page was read.
    if (this.subscribers.hasNewcomer) void this.readWhileWanted();
  }

  private async readPage(): Promise<ReadOutcome> {
    const abort = (this.read = new AbortController());
    const plan = planRead({
      isPlacing: this.subscribers.isPlacing,
      hasRowEnded: this.hasRowEnded,
      isLivePathComplete: this.livePath.isReliable && this.live.items.length === 0,
    });
    const request = { after: this.subscribers.readAfter, ...plan };
    const read = () => this.deps.readStream(this.jobId, request, abort.signal);
    return plan.wakeOn === 'phase' ? this.livePath.during(() => abort.abort(), read) : read();
  }

  private async take(outcome: ReadOutcome): Promise<'read' | 'checkRow' | 'pause' | 'stop'> {
    if (outcome.kind === 'page' || outcome.kind === 'missing') this.unreadableSinceMs = null;
    switch (outcome.kind) {
      case 'aborted':
        return 'read';
      case 'page':
        this.pauses.reset();
        return (await this.takePage(outcome.page)) ? 'checkRow' : 'read';
      case 'missing': {
        const row = await this.facts.row(this.hasRowEnded ? 0 : RECENT_MS);
        if (!row) return this.withoutRow();
        if (isActive(row.status)) return 'pause';
        // A quick job may have begun and ended since this read: read once more before its row gives
        // the end.
        if (!this.hasRowEnded) {
          this.hasRowEnded = true;
          return 'pause';
        }
        this.endFromRow(row);
        return 'stop';
      }
      case 'unavailable':
        this.unreadableSinceMs ??= performance.now();
        this.deps.log.warn(
          { err: outcome.error, jobId: this.jobId },
          'the stream of a job cannot be read; trying again',
        );
        return 'pause';
    }
  }

  private get isLongUnreadable(): boolean {
    const limitMs = this.deps.unreadableMs ?? UNREADABLE_MS;
    return this.unreadableSinceMs !== null && performance.now() - this.unreadableSinceMs >= limitMs;
  }

  /** The end of the job's run decides whether it is still to come, or was refused (I3). */
  private async withoutRow(): Promise<'pause' | 'stop'> {
    const run = await this.facts.rowlessRun();
    if (run.state === 'queued') return 'pause';
    if (run.state !== 'ended') {
      const ageMs = performance.now() - this.createdMs;
      if (ageMs >= (this.deps.notBegunMs ?? NOT_BEGUN_MS)) this.tellNotBegun();
      return run.state === 'running' || ageMs < UNOPENED_MS ? 'pause' : 'stop';
    }
    const event = failedEvent(message(run.kind));
    await this.deliver({ attempt: 0, seq: CLOSING_SEQ, event }, 'durable');
    return 'stop';
  }

  private tellNotBegun(): void {
    if (this.isToldNotBegun) return;
    this.isToldNotBegun = true;
    this.subscribers.sendBeforeStart(notBegunFrame(this.jobId));
    this.deps.onNotBegun?.(this.jobId);
  }

  /** Returns whether the job's row must be asked whether the job is over. */
  private async takePage(page: StreamPage): Promise<boolean> {
    if (this.subscribers.place(page)) this.startTellingPosition();
    if (page.gap) await this.subscribers.bridgeGap(page);
    for (const item of page.items) await this.deliver(item, 'durable');
    this.subscribers.finishPage(page.cursor);
    await this.deliverLive();
    if (page.items.length === 0) return this.subscribers.takeEmpty(page);
    this.hasRowEnded = false;
    return false;
  }

  private async deliverLive(): Promise<void> {
    for (const item of this.live.items) await this.deliver(item, 'live');
    this.live.forget(this.subscribers.readAfter);
  }

  private async deliver(item: StreamItem, path: DeliveryPath): Promise<void> {
    if (!(await this.subscribers.deliver(item, path))) return;
    // Between `started` and the first event of a run the job may wait for a slot (B2).
    if (item.attempt > 0 || endsJob(item.event)) this.stopTellingPosition();
    else this.startTellingPosition();
  }
  /** A job that is over by its row and not by its stream, twice in a row, ends from its row. */
  private async checkRow(): Promise<void> {
    // Not serially: the live path goes on while the row is read.
    const row = await this.facts.row();
    if (!row || isActive(row.status)) return;
    if (this.hasRowEnded) await this.serially(async () => this.endFromRow(row));
    this.hasRowEnded = true;
  }

  private endFromRow(row: JobRow): void {
    this.subscribers.endFromRow(row);
    this.stopTellingPosition();
  }

  /** Sends the place in the queue, on change; it is a live fact, not part of the stream (B2). */
  private startTellingPosition(): void {
    this.positionTimer ??= setInterval(
      () => void this.tellPosition(),
      POSITION_INTERVAL_MS,
    ).unref();
  }

  private async tellPosition(): Promise<void> {
    const row = await this.facts.row(POSITION_INTERVAL_MS);
    if (!row || row.queue_no === null || row.slot_at !== null) return;
    const position = await this.facts.queuePosition();
    if (position === null || position === this.lastPosition) return;
    if (!this.positionTimer) return;
    this.lastPosition = position;
    this.subscribers.sendWhileRunning(waitingFrame(row, position));
  }

  private stopTellingPosition(): void {
    if (this.positionTimer) clearInterval(this.positionTimer);
    this.positionTimer = null;
  }

  /** One step after the other, so that every subscriber is sent items in order; never rejects. */
  private async serially<T>(step: () => Promise<T>): Promise<T | undefined> {
    const run = this.work.then(step).catch((error: unknown) => {
      this.deps.log.error({ err: error, jobId: this.jobId }, 'a job feed step failed');
      return undefined;
    });
    this.work = run;
    return run;
  }
}
