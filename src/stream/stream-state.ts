import {
  CLOSING_SEQ,
  compareCursors,
  isTerminalEvent,
  START_OF_STREAM,
  type Cursor,
  type StreamItem,
} from '../contracts/stream.js';
import type { JobStreamInput, StreamPage } from '../contracts/workflows.js';

/** Size of the kept tail, characters of JSON (D1). */
const TAIL_LIMIT = 64 * 1024;
/** Early items held for a hole before it is given up. */
const EARLY_LIMIT = 2_000;

const cursorOf = ({ attempt, seq }: Cursor): Cursor => ({ attempt, seq });
const isClosing = (item: Cursor) => item.seq >= CLOSING_SEQ;

/**
 * The durable lane of one job's events, as a pure structure: drops what it had, sorts by (attempt,
 * seq), holds early items until the hole before them is filled, keeps a bounded tail (D1).
 */
export class StreamState {
  private items: StreamItem[];
  private early: StreamItem[];
  private delivered: Cursor;
  private floor: Cursor;
  private tailSize: number;
  closedAtMs: number | null;

  constructor(carried?: JobStreamInput['carried']) {
    this.items = carried?.items ?? [];
    this.early = carried?.early ?? [];
    this.delivered = carried?.delivered ?? START_OF_STREAM;
    this.floor = carried?.floor ?? START_OF_STREAM;
    this.closedAtMs = carried?.closedAtMs ?? null;
    this.tailSize = this.items.reduce((sum, item) => sum + sizeOf(item), 0);
  }

  /** Takes items in any order, any number of times. `nowMs` stamps the end of the stream. */
  append(incoming: readonly StreamItem[], nowMs: number): void {
    for (const item of incoming) {
      if (compareCursors(item, this.delivered) <= 0) continue;
      if (this.early.some((held) => compareCursors(held, item) === 0)) continue;
      this.early.push(item);
    }
    this.early.sort(compareCursors);
    this.release(nowMs);
  }

  /** Everything after `after`, in order; `gap` when the tail no longer holds all of it. */
  page(after: Cursor): StreamPage {
    const items = this.items.filter((item) => compareCursors(item, after) > 0);
    const last = items.at(-1);
    return {
      items,
      cursor: last ? cursorOf(last) : after,
      ended: this.closedAtMs !== null,
      gap: compareCursors(after, this.floor) < 0,
    };
  }

  /** Is there something after `after` that a reader of this kind waits for? */
  hasNews(after: Cursor, wakeOn: 'any' | 'phase'): boolean {
    return this.items.some(
      (item) =>
        compareCursors(item, after) > 0 &&
        (wakeOn === 'any' || item.attempt === 0 || isClosing(item)),
    );
  }

  /** What a continue-as-new carries over. */
  carry(): NonNullable<JobStreamInput['carried']> {
    return {
      items: this.items,
      early: this.early,
      delivered: this.delivered,
      floor: this.floor,
      closedAtMs: this.closedAtMs,
    };
  }

  /**
   * Delivers what follows; a closing item, or too many early ones, give up the holes before them.
   */
  private release(nowMs: number): void {
    let forced = Math.max(this.early.findLastIndex(isClosing) + 1, this.early.length - EARLY_LIMIT);
    let next = this.early[0];
    while (next && (forced > 0 || this.follows(next))) {
      this.early.shift();
      forced -= 1;
      this.deliver(next, nowMs);
      next = this.early[0];
    }
    this.trim();
  }

  private follows(next: StreamItem): boolean {
    if (next.attempt > this.delivered.attempt) return next.seq === 1;
    return next.seq === this.delivered.seq + 1;
  }

  private deliver(item: StreamItem, nowMs: number): void {
    this.delivered = cursorOf(item);
    this.items.push(item);
    this.tailSize += sizeOf(item);
    if (isTerminalEvent(item.event)) this.closedAtMs ??= nowMs;
  }

  private trim(): void {
    while (this.tailSize > TAIL_LIMIT && this.items.length > 1) {
      const dropped = this.items.shift()!;
      this.floor = cursorOf(dropped);
      this.tailSize -= sizeOf(dropped);
    }
  }
}

function sizeOf(item: StreamItem): number {
  return JSON.stringify(item).length;
}
