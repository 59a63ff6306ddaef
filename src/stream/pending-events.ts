import type { RunnerEvent, StreamItem } from '../contracts/stream.js';

/** Text of one signal, characters of JSON; far below the server's warning at 256 KB. */
const MAX_BATCH_CHARS = 96 * 1024;

/**
 * Events of one attempt on their way into the durable stream: contiguous, each once (C2, C3). Pure.
 */
export class PendingEvents {
  #pending: { item: StreamItem; chars: number }[] = [];
  #chars = 0;
  #acked = 0;

  constructor(readonly attempt: number) {}

  /** The last event that is safely in the stream. */
  get acked(): number {
    return this.#acked;
  }
  /** The last event that arrived without a hole before it. */
  get top(): number {
    return this.#acked + this.#pending.length;
  }
  get chars(): number {
    return this.#chars;
  }
  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /**
   * Takes a post; what was here already is dropped. False = events before it are missing, nothing
   * was taken.
   */
  take(fromSeq: number, events: readonly RunnerEvent[]): boolean {
    if (fromSeq > this.top + 1) return false;
    for (const event of events.slice(this.top + 1 - fromSeq)) {
      const item = { attempt: this.attempt, seq: this.top + 1, event };
      const chars = JSON.stringify(item).length;
      this.#pending.push({ item, chars });
      this.#chars += chars;
    }
    return true;
  }

  /** Another API instance brought everything up to `seq` into the stream. */
  skipTo(seq: number): void {
    if (seq >= this.top) {
      this.#pending = [];
      this.#chars = 0;
      this.#acked = seq;
    } else if (seq > this.#acked) {
      this.confirm(seq);
    }
  }

  /** The next signal's items; the same ones come again until they are confirmed. */
  batch(): StreamItem[] {
    const items: StreamItem[] = [];
    let chars = 0;
    for (const entry of this.#pending) {
      if (items.length > 0 && chars + entry.chars > MAX_BATCH_CHARS) break;
      items.push(entry.item);
      chars += entry.chars;
    }
    return items;
  }

  /** A signal that covered everything up to `seq` succeeded. */
  confirm(seq: number): void {
    for (const { chars } of this.#pending.splice(0, Math.max(0, seq - this.#acked)))
      this.#chars -= chars;
    this.#acked = Math.max(this.#acked, seq);
  }
}
