import type { RunnerEvent } from '../../contracts/durable/stream.js';

export interface Batch {
  readonly fromSeq: number;
  readonly events: readonly RunnerEvent[];
}

interface Numbered {
  readonly seq: number;
  event: RunnerEvent;
  chars: number;
}

/**
 * Text of one event, and text of one batch: with three bytes a character still far below the
 * receiver's limit.
 */
const MAX_EVENT_CHARS = 8 * 1024;
const MAX_BATCH_CHARS = 128 * 1024;
const MAX_BATCH_EVENTS = 64;
const MAX_QUEUED_EVENTS = 512;
const MAX_QUEUED_CHARS = 512 * 1024;

/**
 * Events that the other side has not acknowledged, numbered contiguously from 1. Pure: it knows no
 * clock and no network. Text that was not part of a batch yet grows its event instead of making a
 * new one.
 */
export class Outbox {
  private readonly waiting: Numbered[] = [];
  private chars = 0;
  private newest = 0;
  /** Newest event that ever was in a batch: it never changes again, because it may have arrived. */
  private frozen = 0;
  private sent = 0;
  private acked = 0;

  add(event: RunnerEvent): void {
    if (event.type !== 'stream') return this.append(event);
    for (const content of slices(event.content)) this.append({ type: 'stream', content });
  }

  private append(event: RunnerEvent): void {
    const tail = this.waiting.at(-1);
    const chars = JSON.stringify(event).length;
    this.chars += chars;
    if (
      tail &&
      tail.seq > this.frozen &&
      tail.event.type === 'stream' &&
      event.type === 'stream' &&
      tail.chars + chars <= MAX_EVENT_CHARS
    ) {
      tail.event = { type: 'stream', content: tail.event.content + event.content };
      tail.chars += chars;
      return;
    }
    this.newest += 1;
    this.waiting.push({ seq: this.newest, event, chars });
  }

  get ackedSeq(): number {
    return this.acked;
  }
  get lastSeq(): number {
    return this.newest;
  }
  get isFull(): boolean {
    return this.waiting.length >= MAX_QUEUED_EVENTS || this.chars >= MAX_QUEUED_CHARS;
  }
  get hasUnsent(): boolean {
    return this.newest > this.sent;
  }
  get hasUnacked(): boolean {
    return this.waiting.length > 0;
  }

  /** The next events to send. The same ones come again until {@link markSent}. */
  next(maxEvents = MAX_BATCH_EVENTS): Batch {
    const events: RunnerEvent[] = [];
    let chars = 0;
    for (const entry of this.waiting) {
      if (entry.seq <= this.sent) continue;
      if (
        events.length > 0 &&
        (events.length >= maxEvents || chars + entry.chars > MAX_BATCH_CHARS)
      )
        break;
      events.push(entry.event);
      chars += entry.chars;
    }
    this.frozen = Math.max(this.frozen, this.sent + events.length);
    return { fromSeq: this.sent + 1, events };
  }

  /** The batch arrived; it is kept until it is acknowledged. */
  markSent(batch: Batch): void {
    this.sent = Math.max(this.sent, batch.fromSeq + batch.events.length - 1);
  }

  /** The last post was not acknowledged: everything in it is sent again. */
  rewind(): void {
    this.sent = this.acked;
  }

  /** Everything up to `seq` is safe on the other side. True when that is news. */
  acknowledge(seq: number): boolean {
    // The other side cannot have what was in no batch.
    const acked = Math.min(seq, this.frozen);
    if (acked <= this.acked) return false;
    this.acked = acked;
    this.sent = Math.max(this.sent, acked);
    while (this.waiting[0] && this.waiting[0].seq <= acked)
      this.chars -= this.waiting.shift()?.chars ?? 0;
    return true;
  }
}

/** Cuts long text, never through a surrogate pair. */
function slices(text: string): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < text.length) {
    let end = Math.min(at + MAX_EVENT_CHARS / 2, text.length);
    if (end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
    found.push(text.slice(at, end));
    at = end;
  }
  return found;
}
