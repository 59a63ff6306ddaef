import type { Log } from '../log.js';
import { type JobRow, isActive } from '../contracts/rows.js';
import type { ServerFrame } from '../contracts/frames.js';
import {
  compareCursors,
  isTerminalEvent,
  START_OF_STREAM,
  type Cursor,
  type StreamItem,
} from '../contracts/stream.js';
import type { StreamPage } from '../contracts/workflows.js';
import { ReorderBuffer } from './reorder-buffer.js';
import { JobFacts, type FactsSource } from './facts.js';
import { frameOf, terminalFrameOfRow, waitingFrame } from './frames.js';
import {
  afterDelivery,
  afterPage,
  deliveryFrom,
  canDeliver,
  needsReset,
  slowestCursor,
  type DeliveryState,
  type Lane,
} from './delivery.js';
import { FastLaneWatch, planRead, RetryPause } from './reading.js';
import type { ReadOutcome, ReadStream } from './reader.js';

const WAITING_INTERVAL_MS = 2_000;
/**
 * An accepted job may wait this long for a worker that opens it (A6); until then it has neither row
 * nor stream.
 */
const UNOPENED_MS = 10 * 60_000;

/** Someone who is told what happens to the job. */
export interface Listener {
  /** Only whoever sent the message gets `gameUpdated` (websocket.md §4). */
  origin: 'message' | 'watch';
  send(frame: ServerFrame): void;
  /** Called once the listener's place in the stream is known. */
  onPlaced(): void;
}

interface Seat {
  listener: Listener;
  /** Null until the first page told where "now" is. */
  hearing: DeliveryState | null;
  /** Does the reader read for this seat already? */
  joined: boolean;
}

export interface FeedDeps {
  readStream: ReadStream;
  facts: FactsSource;
  log: Log;
}

/**
 * What the listeners of one job hear: the fast lane as early as the order allows, the durable lane
 * for everything else (D2). One reader, whoever listens: it reads after the slowest listener and
 * everybody drops what he has (D5).
 */
export class JobFeed {
  readonly #seats = new Map<Listener, Seat>();
  readonly #early = new ReorderBuffer();
  readonly #facts: JobFacts;
  readonly #pause = new RetryPause();
  readonly #fastLane = new FastLaneWatch();
  readonly #bornMs = performance.now();
  #head: Cursor | null = null;
  #rowEnded = false;
  #running = false;
  #reading = new AbortController();
  #work: Promise<unknown> = Promise.resolve();
  #waitingTimer: NodeJS.Timeout | null = null;
  #lastPosition: number | null = null;

  constructor(
    readonly jobId: string,
    private readonly deps: FeedDeps,
    private readonly onEmpty: () => void,
  ) {
    this.#facts = new JobFacts(jobId, deps.facts, (error) =>
      deps.log.warn({ err: error, jobId }, 'a fact of a job frame could not be read'),
    );
  }

  /**
   * Adds a listener that has everything up to `from`; 'now' = hears only what comes after this
   * moment (D3).
   */
  add(listener: Listener, from: Cursor | 'now'): void {
    const hearing = from === 'now' ? this.#head && deliveryFrom(this.#head) : deliveryFrom(from);
    this.#seats.set(listener, { listener, hearing, joined: false });
    if (hearing) listener.onPlaced();
    this.#lastPosition = null;
    this.#reading.abort();
    if (!this.#running) void this.#run();
  }

  remove(listener: Listener): void {
    if (!this.#seats.delete(listener) || this.#seats.size > 0) return;
    this.#reading.abort();
    this.#stopWaiting();
    this.#early.clear();
    this.onEmpty();
  }

  /** Takes items of the fast lane. */
  offer(items: readonly StreamItem[]): void {
    this.#fastLane.heard();
    this.#early.add(items);
    void this.#serially(async () => {
      await this.#pump();
      if (this.#early.items.length > 0 && !this.#isPlacing()) this.#fastLane.letDown();
    });
  }

  /**
   * The job was cancelled: tell everybody at once and nothing after it (F1). Resolves when the
   * frames are out.
   */
  async cancelled(row: JobRow): Promise<void> {
    await this.#serially(async () => {
      for (const seat of this.#seats.values()) {
        if (seat.hearing?.end) continue;
        seat.listener.send({ type: 'cancelled', job: row, jobId: row.id, attempt: row.attempt });
        seat.hearing = { ...(seat.hearing ?? deliveryFrom(START_OF_STREAM)), end: 'cancelled' };
      }
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#isWanted()) {
      for (const seat of this.#seats.values()) seat.joined = true;
      const outcome = await this.#read();
      const next = (await this.#serially(() => this.#take(outcome))) ?? 'pause';
      if (next === 'stop') break;
      if (next === 'pause') await this.#pause.wait();
      if (next === 'silent') await this.#lookAtRow();
    }
    this.#running = false;
    // Somebody sat down while the last page was taken.
    if ([...this.#seats.values()].some(({ joined }) => !joined)) void this.#run();
  }

  async #read(): Promise<ReadOutcome> {
    const reading = (this.#reading = new AbortController());
    const plan = planRead({
      placing: this.#isPlacing(),
      rowEnded: this.#rowEnded,
      isFastLaneSure: this.#fastLane.isSure && this.#early.items.length === 0,
    });
    const read = () =>
      this.deps.readStream(this.jobId, { after: this.#readAfter(), ...plan }, reading.signal);
    return plan.wakeOn === 'phase' ? this.#fastLane.during(() => reading.abort(), read) : read();
  }

  #isWanted(): boolean {
    return [...this.#seats.values()].some(({ hearing }) => hearing?.end !== 'cancelled');
  }

  #isPlacing(): boolean {
    return [...this.#seats.values()].some(({ hearing }) => !hearing);
  }

  #readAfter(): Cursor {
    if (this.#isPlacing()) return START_OF_STREAM;
    return (
      slowestCursor(
        [...this.#seats.values()].map(({ hearing }) => hearing ?? deliveryFrom(START_OF_STREAM)),
      ) ?? START_OF_STREAM
    );
  }

  async #take(outcome: ReadOutcome): Promise<'read' | 'silent' | 'pause' | 'stop'> {
    switch (outcome.kind) {
      case 'aborted':
        return 'read';
      case 'page':
        this.#pause.reset();
        await this.#takePage(outcome.page);
        return this.#isOwedAnEnd(outcome.page) ? 'silent' : 'read';
      case 'missing': {
        const row = await this.#facts.row();
        if (!row) return performance.now() - this.#bornMs < UNOPENED_MS ? 'pause' : 'stop';
        if (isActive(row.status)) return 'pause';
        // A quick job may have begun and ended since the look at its stream: look once more before
        // the row has to speak.
        if (!this.#rowEnded) {
          this.#rowEnded = true;
          return 'pause';
        }
        this.#endFromRow(row);
        return 'stop';
      }
      case 'unavailable':
        this.deps.log.warn(
          { err: outcome.error, jobId: this.jobId },
          'the stream of a job cannot be read; trying again',
        );
        return 'pause';
    }
  }

  async #takePage(page: StreamPage): Promise<void> {
    this.#place(page);
    if (page.gap) await this.#bridge(page);
    for (const item of page.items) await this.#deliver(item, 'durable');
    for (const seat of this.#seats.values())
      if (seat.joined && seat.hearing) seat.hearing = afterPage(seat.hearing, page.cursor);
    await this.#pump();
    if (page.items.length > 0) this.#rowEnded = false;
  }

  /**
   * Gives listeners of "now" their place: the end of what exists, yet before the job's end if that
   * is in there.
   */
  #place(page: StreamPage): void {
    const end = page.items.findIndex(({ event }) => isTerminalEvent(event));
    const heard = end < 0 ? page.items : page.items.slice(0, end);
    const cursor = heard.at(-1) ?? (end < 0 ? page.cursor : START_OF_STREAM);
    for (const seat of this.#seats.values()) {
      if (seat.hearing || !seat.joined) continue;
      seat.hearing = deliveryFrom({ attempt: cursor.attempt, seq: cursor.seq });
      seat.listener.onPlaced();
      if (cursor.attempt === 0 && end < 0) this.#startWaiting();
    }
  }

  /**
   * The tail no longer holds all that a listener misses: what he has cannot be continued, so it
   * starts afresh.
   */
  async #bridge(page: StreamPage): Promise<void> {
    const [first] = page.items;
    if (!first) return;
    const row = await this.#facts.row();
    for (const seat of this.#seats.values()) {
      if (!seat.hearing || !seat.joined || !canDeliver(seat.hearing, first, 'durable')) continue;
      if (!seat.hearing.started)
        seat.listener.send({ type: 'started', job: row, jobId: this.jobId });
      else if (!canDeliver(seat.hearing, first, 'fast'))
        seat.listener.send({ type: 'streamReset', jobId: this.jobId, attempt: first.attempt });
    }
  }

  async #deliver(item: StreamItem, lane: Lane): Promise<void> {
    const mayGo = (seat: Seat) =>
      seat.hearing !== null &&
      (lane === 'fast' || seat.joined) &&
      canDeliver(seat.hearing, item, lane);
    const audience = [...this.#seats.values()].filter(mayGo);
    if (audience.length === 0) return;
    const facts = await this.#facts.of(item.event);
    const frame = frameOf(this.jobId, item, facts);
    for (const seat of audience) {
      if (!seat.hearing || this.#seats.get(seat.listener) !== seat) continue;
      if (needsReset(seat.hearing, item))
        seat.listener.send({ type: 'streamReset', jobId: this.jobId, attempt: item.attempt });
      if (frame) seat.listener.send(frame);
      seat.hearing = afterDelivery(seat.hearing, item);
      if (item.event.type === 'completed' && seat.listener.origin === 'message' && facts.row) {
        seat.listener.send({
          type: 'gameUpdated',
          userId: facts.row.user_id,
          projectId: facts.row.project_id,
        });
      }
    }
    if (!this.#head || compareCursors(item, this.#head) > 0)
      this.#head = { attempt: item.attempt, seq: item.seq };
    this.#watchWaiting(item);
  }

  async #pump(): Promise<void> {
    for (const item of this.#early.items) await this.#deliver(item, 'fast');
    this.#early.forget(this.#readAfter());
  }

  /**
   * Did this page bring nothing, and is there somebody whom it should have told the job's end if
   * that were over?
   */
  #isOwedAnEnd(page: StreamPage): boolean {
    if (page.items.length > 0) return false;
    const unended = [...this.#seats.values()].filter(
      (seat) => seat.hearing && !seat.hearing.end && seat.joined,
    );
    if (!page.ended) return unended.length > 0;
    // The end lies before their cursors: they had it already.
    for (const seat of unended)
      if (seat.hearing) seat.hearing = { ...seat.hearing, end: 'completed' };
    return false;
  }

  /**
   * A job that is over although its stream does not say so ends from its row. The fast lane goes on
   * while that is read.
   */
  async #lookAtRow(): Promise<void> {
    const row = await this.#facts.row();
    if (!row || isActive(row.status)) return;
    if (this.#rowEnded) await this.#serially(async () => this.#endFromRow(row));
    this.#rowEnded = true;
  }

  #endFromRow(row: JobRow): void {
    const frame = terminalFrameOfRow(row);
    for (const seat of this.#seats.values()) {
      if (seat.hearing?.end) continue;
      seat.hearing = {
        ...(seat.hearing ?? deliveryFrom(START_OF_STREAM)),
        end: row.status === 'cancelled' ? 'cancelled' : 'completed',
      };
      seat.listener.onPlaced();
      if (!frame) continue;
      seat.listener.send(frame);
      if (row.status === 'completed' && seat.listener.origin === 'message') {
        seat.listener.send({ type: 'gameUpdated', userId: row.user_id, projectId: row.project_id });
      }
    }
    this.#stopWaiting();
  }

  /**
   * Between `started` and the first sign of a run the job may wait for a slot: its place is told
   * meanwhile (B2).
   */
  #watchWaiting(item: StreamItem): void {
    if (item.attempt > 0 || isTerminalEvent(item.event)) this.#stopWaiting();
    else this.#startWaiting();
  }

  #startWaiting(): void {
    this.#waitingTimer ??= setInterval(
      () => void this.#tellPosition(),
      WAITING_INTERVAL_MS,
    ).unref();
  }

  async #tellPosition(): Promise<void> {
    const position = await this.#facts.queuePosition();
    const row = position === null ? null : await this.#facts.row(WAITING_INTERVAL_MS);
    if (position === null || !row || position === this.#lastPosition || !this.#waitingTimer) return;
    this.#lastPosition = position;
    for (const { hearing, listener } of this.#seats.values()) {
      if (hearing?.started && !hearing.end) listener.send(waitingFrame(row, position));
    }
  }

  #stopWaiting(): void {
    if (this.#waitingTimer) clearInterval(this.#waitingTimer);
    this.#waitingTimer = null;
  }

  /** One thing after the other, so that every listener hears items in order; never rejects. */
  async #serially<T>(step: () => Promise<T>): Promise<T | undefined> {
    const run = this.#work.then(step).catch((error: unknown) => {
      this.deps.log.error({ err: error, jobId: this.jobId }, 'a job feed step failed');
      return undefined;
    });
    this.#work = run;
    return run;
  }
}
