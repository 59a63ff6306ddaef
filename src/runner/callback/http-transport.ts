import { setTimeout as sleep } from 'node:timers/promises';
import { parsedJson } from '../../contracts/base/readable.js';
import { CallbackAnswer } from '../../contracts/wire/callback.js';
import type { Doing } from '../../contracts/messages/doing.js';
import { TRACEPARENT_HEADER } from '../../contracts/durable/traces.js';
import { AppError } from '../../contracts/base/errors.js';
import { Outbox, type Batch } from './outbox.js';
import { signedHeaders } from './signed-headers.js';
import type { EventTransport, OnStop } from './transport.js';

export interface CallbackOptions {
  readonly url: string;
  /** The same at the instance that has the listeners: it has all posts until one fails (Q2). */
  readonly listenerUrl?: string | undefined;
  readonly callId: string;
  /** hex of HMAC(master, callId). */
  readonly keyHex: string;
  /** Named by each post; absent where nothing is traced. */
  readonly traceparent?: string | undefined;
  /** What the run has cost so far, US dollars; null = not known. */
  readonly costUsd?: () => number | null;
  readonly onStop: OnStop;
  readonly warn: (text: string) => void;
  /**
   * So long a full queue waits for a receiver that gives no sign of life; then the run goes on
   * without its text.
   */
  readonly patienceMs?: number;
}

const GATHER_MS = 40;
/** Longer than an API needs to start anew; shorter than the whole job has. */
const PATIENCE_MS = 60_000;
const POST_TIMEOUT_MS = 10_000;
/** An instance that is gone with its host gives no answer; events wait no longer for it. */
const LISTENER_TIMEOUT_MS = 2_000;
const MIN_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 3_000;
const MAX_RETRY_AFTER_MS = 30_000;
/**
 * Events that are not acknowledged for so long are sent again. Longer than the API gathers events
 * for the durable stream (D1).
 */
const RESEND_AFTER_MS = 2_000;
/** The same at the end, where the other side stores at once. */
const RESEND_AT_END_MS = 300;

/**
 * A clock that jumps between signing and checking spoils one post; this many refusals in a row
 * are final.
 */
const REFUSALS_BELIEVED = 3;

/** A changed cost is posted at least this often, with or without events (M2). */
const COST_EVERY_MS = 2_000;

/** Beside 200 with an answer: the answers of an instance with the job's listeners (C2). */
const OWN_STATUS = [410, 413, 429];

type PostOutcome = 'ok' | 'again' | 'dead';

/**
 * Signed, numbered, at-least-once posts to `/callback/:jobId`. Everything above `ackedSeq` is kept
 * and sent again; an unreachable or busy receiver is waited for; 410 and `cancel` stop the run; a
 * refused signature ends the sending, not the run.
 */
export class HttpTransport implements EventTransport {
  private readonly outbox = new Outbox();
  private readonly closing = new AbortController();
  private readonly pump: Promise<void>;
  private wakePump: () => void = () => undefined;
  private wakeEmitters: (() => void)[] = [];
  private isEnding = false;
  private isDead = false;
  private backoffMs = MIN_BACKOFF_MS;
  private maxEvents: number | undefined;
  private refusals = 0;
  private ackMovedAt = performance.now();
  private heardAt = performance.now();
  private doing: Doing | null = null;
  /** The newest cost that the receiver has, and when the last post with one was sent. */
  private postedCost: { usd: number | null; atMs: number } = { usd: null, atMs: -Infinity };

  /** Null once it has failed. */
  private listenerUrl: string | null;

  constructor(private readonly options: CallbackOptions) {
    this.listenerUrl = options.listenerUrl ?? null;
    this.pump = this.run();
  }

  lastSeq(): number {
    return this.outbox.lastSeq;
  }

  async emit(event: Parameters<EventTransport['emit']>[0]): Promise<void> {
    while (this.outbox.isFull && !this.isDead) await this.untilRoom();
    if (this.isDead) return;
    if (!this.outbox.hasUnacked) this.ackMovedAt = performance.now();
    this.outbox.add(event);
    this.wakePump();
  }

  tell(doing: Doing | null): void {
    this.doing = doing;
  }

  /**
   * Back-pressure: a busy receiver may take its time, one that is not there must not hold the run
   * for ever.
   */
  private async untilRoom(): Promise<void> {
    const patienceLeftMs =
      this.heardAt + (this.options.patienceMs ?? PATIENCE_MS) - performance.now();
    if (patienceLeftMs <= 0) {
      this.options.warn('callback: no answer; events are no longer sent, the run goes on');
      return this.die();
    }
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceLeftMs);
      this.wakeEmitters.push(resolve);
    });
    clearTimeout(timer);
  }

  async close(drainMs: number): Promise<void> {
    this.isEnding = true;
    this.wakePump();
    if (drainMs === 0) {
      this.die();
      return this.pump;
    }
    const timer = setTimeout(() => {
      this.options.warn(`callback: gave up with events unacknowledged after ${drainMs} ms`);
      this.die();
    }, drainMs);
    await this.pump;
    clearTimeout(timer);
  }

  unsent(): ReturnType<EventTransport['unsent']> {
    this.outbox.rewind();
    const { fromSeq, events } = this.outbox.next();
    return events.length === 0 ? undefined : { fromSeq, events: [...events] };
  }

  private die(): void {
    this.isDead = true;
    this.closing.abort();
    this.wakePump();
    this.releaseEmitters();
  }

  private releaseEmitters(): void {
    for (const wake of this.wakeEmitters.splice(0)) wake();
  }

  /**
   * One post at a time, in order, until everything is acknowledged after the end or the receiver is
   * given up.
   */
  private async run(): Promise<void> {
    let hasAnnouncedEnd = false;
    while (!this.isDead) {
      if (this.outbox.hasUnacked && this.msUntilResend() <= 0) {
        this.outbox.rewind();
        this.ackMovedAt = performance.now();
      }
      const isQuiet = !this.outbox.hasUnsent && !this.isCostDue();
      if (isQuiet && (hasAnnouncedEnd || !this.isEnding)) {
        if (this.isEnding && !this.outbox.hasUnacked) return;
        await this.idle();
        continue;
      }
      if (!this.isEnding) await this.pause(GATHER_MS);
      const batch = this.outbox.next(this.maxEvents);
      const isFinal = this.isEnding && batch.fromSeq + batch.events.length > this.outbox.lastSeq;
      const outcome = await this.post(batch, isFinal);
      if (outcome === 'dead') return this.die();
      if (outcome === 'ok' && isFinal) hasAnnouncedEnd = true;
    }
  }

  private msUntilResend(): number {
    return (
      this.ackMovedAt + (this.isEnding ? RESEND_AT_END_MS : RESEND_AFTER_MS) - performance.now()
    );
  }

  private isCostDue(): boolean {
    const { usd, atMs } = this.postedCost;
    return !this.isEnding && this.cost() !== usd && performance.now() - atMs >= COST_EVERY_MS;
  }

  private cost(): number | null {
    return this.options.costUsd?.() ?? null;
  }

  /** Waits for a new event, for the end, or for the moment to send again or to look at the cost. */
  private async idle(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wakePump = resolve;
      const resendMs = this.outbox.hasUnacked ? Math.max(10, this.msUntilResend()) : Infinity;
      const waitMs = this.options.costUsd ? Math.min(resendMs, COST_EVERY_MS) : resendMs;
      if (waitMs < Infinity) timer = setTimeout(resolve, waitMs);
    });
    clearTimeout(timer);
    this.wakePump = () => undefined;
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }

  private async post(batch: Batch, isFinal: boolean): Promise<PostOutcome> {
    const { callId, traceparent } = this.options;
    const url = this.listenerUrl ?? this.options.url;
    const timeoutMs = this.listenerUrl === null ? POST_TIMEOUT_MS : LISTENER_TIMEOUT_MS;
    const costUsd = this.cost();
    const body = JSON.stringify({
      callId,
      fromSeq: batch.fromSeq,
      events: batch.events,
      ...(isFinal ? { final: true } : {}),
      ...(this.doing && { doing: this.doing }),
      ...(costUsd !== null && { costUsd }),
    });
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method: 'POST',
        body,
        redirect: 'error',
        headers: {
          'content-type': 'application/json',
          ...signedHeaders(this.options, body),
          ...(traceparent !== undefined && { [TRACEPARENT_HEADER]: traceparent }),
        },
        signal: AbortSignal.any([this.closing.signal, AbortSignal.timeout(timeoutMs)]),
      });
      text = await response.text();
    } catch {
      return this.leftListener() ? 'again' : this.retryLater(null);
    }
    const answer = response.status === 200 ? parsedJson(CallbackAnswer, text) : null;
    // Of an instance that ends, or of another program that has its address by now.
    const isForeign = answer === null && !OWN_STATUS.includes(response.status);
    if (isForeign && this.leftListener()) return 'again';
    const outcome = await this.classifyAnswer(response, answer, batch);
    if (outcome === 'ok') this.postedCost = { usd: costUsd, atMs: performance.now() };
    return outcome;
  }

  /** From now on posts go to whatever instance the common address leads to; true = they did not. */
  private leftListener(): boolean {
    const wasThere = this.listenerUrl !== null;
    this.listenerUrl = null;
    return wasThere;
  }

  private classifyAnswer(
    response: Response,
    answer: CallbackAnswer | null,
    batch: Batch,
  ): PostOutcome | Promise<PostOutcome> {
    const { status } = response;
    if (answer !== null) return this.accepted(answer, batch);
    // A proxy before an absent receiver answers 5xx, or a page.
    if (status === 200) return this.retryLater(null);
    if (status < 500) this.heardAt = performance.now();
    if (status === 410) {
      this.options.onStop(
        new AppError('RunSuperseded', 'the receiver no longer wants this attempt'),
      );
      return 'dead';
    }
    if (status === 413 && batch.events.length > 1) {
      this.maxEvents = Math.ceil(batch.events.length / 2);
      return 'again';
    }
    if (status === 429 || status >= 500)
      return this.retryLater(response.headers.get('retry-after'));
    if (status === 401 && ++this.refusals < REFUSALS_BELIEVED) return this.retryLater(null);
    this.options.warn(
      `callback: refused with ${status}; events are no longer sent, the run goes on`,
    );
    return 'dead';
  }

  private accepted(answer: CallbackAnswer, batch: Batch): PostOutcome {
    this.heardAt = performance.now();
    this.backoffMs = MIN_BACKOFF_MS;
    this.refusals = 0;
    this.outbox.markSent(batch);
    if (this.outbox.acknowledge(answer.ackedSeq)) this.ackMovedAt = performance.now();
    // A receiver that knows less than before was started anew: what it held in memory has to come
    // again.
    else if (answer.ackedSeq < this.outbox.ackedSeq) this.outbox.rewind();
    if (!this.outbox.isFull) this.releaseEmitters();
    if (!answer.cancel) return 'ok';
    this.options.onStop(new AppError('RunCancelled', 'the receiver asked to stop'));
    return 'dead';
  }

  private async retryLater(retryAfter: string | null): Promise<PostOutcome> {
    const seconds = Number(retryAfter);
    const told =
      retryAfter !== null && seconds >= 0 ? Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) : 0;
    await this.pause(Math.max(told, this.backoffMs * (0.7 + Math.random() * 0.6)));
    this.backoffMs = Math.min(this.backoffMs * 2, MAX_BACKOFF_MS);
    return 'again';
  }
}
