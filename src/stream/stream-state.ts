import {
  compareCursors,
  isClosing,
  endsJob,
  START_OF_STREAM,
  type Cursor,
  type JobStreamInput,
  type StreamItem,
  type StreamPage,
} from '../contracts/durable/stream.js';
import { ReorderBuffer } from './reorder-buffer.js';

/** Size of the kept tail, characters of JSON (D1). */
const TAIL_LIMIT = 64 * 1024;

const cursorOf = ({ attempt, seq }: Cursor): Cursor => ({ attempt, seq });

/**
 * The state of the workflow `stream/<jobId>`: the durable stream of one job's events. Pure. Items
 * pass the reorder buffer into a bounded tail, from which readers take pages (D1).
 */
export class StreamState {
  private readonly early: ReorderBuffer;
  private readonly tail: StreamItem[];
  private tailChars: number;
  /** The last item that left the reorder buffer. */
  private delivered: Cursor;
  /** The last item that the tail dropped. */
  private floor: Cursor;
  private closedSinceMs: number | null;

  constructor(carried?: JobStreamInput['carried']) {
    this.early = new ReorderBuffer(carried?.early);
    this.tail = [...(carried?.items ?? [])];
    this.tailChars = this.tail.reduce((sum, item) => sum + charsOf(item), 0);
    this.delivered = carried?.delivered ?? START_OF_STREAM;
    this.floor = carried?.floor ?? START_OF_STREAM;
    this.closedSinceMs = carried?.closedAtMs ?? null;
  }

  /** When the job's end was appended; null before. */
  get closedAtMs(): number | null {
    return this.closedSinceMs;
  }

  /** Takes items in any order, any number of times. `nowMs` stamps the end of the stream. */
  append(incoming: readonly StreamItem[], nowMs: number): void {
    this.early.add(incoming, this.delivered);
    for (const item of this.early.release(this.delivered)) {
      this.delivered = cursorOf(item);
      this.tail.push(item);
      this.tailChars += charsOf(item);
      if (endsJob(item.event)) this.closedSinceMs ??= nowMs;
    }
    this.trimTail();
  }

  /** Everything after `after`, in order; `gap` when the tail no longer holds all of it. */
  page(after: Cursor): StreamPage {
    const items = this.tail.filter((item) => compareCursors(item, after) > 0);
    const last = items.at(-1);
    return {
      items,
      cursor: last ? cursorOf(last) : after,
      ended: this.closedSinceMs !== null,
      gap: compareCursors(after, this.floor) < 0,
    };
  }

  /** Is there something after `after` that a reader of this kind waits for? */
  hasNews(after: Cursor, wakeOn: 'any' | 'phase'): boolean {
    return this.tail.some(
      (item) =>
        compareCursors(item, after) > 0 &&
        (wakeOn === 'any' || item.attempt === 0 || isClosing(item)),
    );
  }

  /** What a continue-as-new carries over. */
  carry(): NonNullable<JobStreamInput['carried']> {
    return {
      items: this.tail,
      early: [...this.early.items],
      delivered: this.delivered,
      floor: this.floor,
      closedAtMs: this.closedSinceMs,
    };
  }

  private trimTail(): void {
    while (this.tailChars > TAIL_LIMIT && this.tail.length > 1) {
      const dropped = this.tail.shift()!;
      this.floor = cursorOf(dropped);
      this.tailChars -= charsOf(dropped);
    }
  }
}

const charsOf = (item: StreamItem): number => JSON.stringify(item).length;
