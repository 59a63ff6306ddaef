import type { RunnerEvent } from '../contracts/durable/stream.js';

/** Text of one signal, characters of JSON; far below the server's warning at 256 KB. */
const MAX_BATCH_CHARS = 96 * 1024;

/** Events of one signal, numbered from `firstSeq`. */
export interface EventBatch {
  firstSeq: number;
  events: RunnerEvent[];
}

/**
 * Events of one attempt on their way into the durable stream: contiguous, each once (C2, C3). Pure.
 */
export class PendingEvents {
  private pending: { event: RunnerEvent; chars: number }[] = [];
  private charCount = 0;
  private ackedSeq = 0;

  constructor(readonly attempt: number) {}

  /** The last event that is in the durable stream. */
  get acked(): number {
    return this.ackedSeq;
  }
  /** The last event that arrived without a hole before it. */
  get top(): number {
    return this.ackedSeq + this.pending.length;
  }
  get chars(): number {
    return this.charCount;
  }
  get isEmpty(): boolean {
    return this.pending.length === 0;
  }

  /**
   * Takes a post; events that are here already are dropped. False when events before it are
   * missing: then nothing is taken.
   */
  take(fromSeq: number, events: readonly RunnerEvent[]): boolean {
    if (fromSeq > this.top + 1) return false;
    for (const event of events.slice(this.top + 1 - fromSeq)) {
      const chars = JSON.stringify({ attempt: this.attempt, seq: this.top + 1, event }).length;
      this.pending.push({ event, chars });
      this.charCount += chars;
    }
    return true;
  }

  /** Another API instance brought everything up to `seq` into the stream. */
  skipTo(seq: number): void {
    if (seq >= this.top) {
      this.pending = [];
      this.charCount = 0;
      this.ackedSeq = seq;
    } else {
      this.acknowledge(seq);
    }
  }

  /** The next signal's events; the same ones come again until they are confirmed. */
  batch(): EventBatch {
    const events: RunnerEvent[] = [];
    let chars = 0;
    for (const entry of this.pending) {
      if (events.length > 0 && chars + entry.chars > MAX_BATCH_CHARS) break;
      events.push(entry.event);
      chars += entry.chars;
    }
    return { firstSeq: this.ackedSeq + 1, events };
  }

  /** A signal with this batch succeeded. */
  confirm({ firstSeq, events }: EventBatch): void {
    this.acknowledge(firstSeq + events.length - 1);
  }

  private acknowledge(seq: number): void {
    const done = this.pending.splice(0, Math.max(0, seq - this.ackedSeq));
    for (const { chars } of done) this.charCount -= chars;
    this.ackedSeq = Math.max(this.ackedSeq, seq);
  }
}
