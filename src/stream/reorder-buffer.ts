import {
  compareCursors,
  isClosing,
  START_OF_STREAM,
  type Cursor,
  type StreamItem,
} from '../contracts/durable/stream.js';

/** Items kept while the hole before them is open, and their JSON; a character is ≤ 3 bytes. */
const MAX_ITEMS = 2_000;
const MAX_CHARS = 256 * 1024;

/** Is `item` the very next one after `cursor`? A new attempt begins with seq 1. */
export function follows(cursor: Cursor, item: Cursor): boolean {
  if (item.attempt === cursor.attempt) return item.seq === cursor.seq + 1;
  return item.attempt > cursor.attempt && item.seq === 1;
}

/**
 * The one reorder buffer of a job's events: each item once, ordered by (attempt, seq), held until
 * the hole before it is filled or given up. Pure; runs in the workflow too.
 *
 * The durable stream (D1) has one position: it takes items out with `release`, which gives up holes
 * that nothing will fill. The live path (D2) has one position per subscriber: it reads `items`,
 * forgets what every subscriber has, and leaves holes to the durable stream.
 */
export class ReorderBuffer {
  private buffered: StreamItem[];

  constructor(items: readonly StreamItem[] = []) {
    this.buffered = [...items];
  }

  get items(): readonly StreamItem[] {
    return this.buffered;
  }

  /** Adds items in any order, any number of times; those up to `after` are dropped. */
  add(incoming: readonly StreamItem[], after: Cursor = START_OF_STREAM): void {
    const known = new Set(this.buffered.map(keyOf));
    for (const item of incoming) {
      if (compareCursors(item, after) <= 0 || known.has(keyOf(item))) continue;
      known.add(keyOf(item));
      this.buffered.push(item);
    }
    this.buffered.sort(compareCursors);
  }

  /**
   * Takes out, in order, what follows `after` without a hole. Holes are given up before a closing
   * item and while more than 2,000 items, or 256 K characters of them, wait: what waits is carried
   * over a continue-as-new, whose input is limited.
   */
  release(after: Cursor): StreamItem[] {
    const forced = Math.max(
      this.buffered.findLastIndex(isClosing) + 1,
      this.buffered.length - MAX_ITEMS,
      countBeyond(this.buffered, MAX_CHARS),
    );
    let count = 0;
    let last = after;
    for (const item of this.buffered) {
      if (count >= forced && !follows(last, item)) break;
      last = item;
      count += 1;
    }
    return this.buffered.splice(0, count);
  }

  /** Drops everything up to `cursor`. */
  forget(cursor: Cursor): void {
    this.buffered = this.buffered.filter((item) => compareCursors(item, cursor) > 0);
  }

  /** Drops the newest items beyond the limit: the durable stream brings them. */
  dropExcess(): void {
    this.buffered.length = Math.min(this.buffered.length, MAX_ITEMS);
  }

  clear(): void {
    this.buffered = [];
  }
}

const keyOf = ({ attempt, seq }: Cursor): string => `${attempt}.${seq}`;

/** How many of the oldest items have to go so that the rest has at most `maxChars` of JSON. */
function countBeyond(items: readonly StreamItem[], maxChars: number): number {
  let chars = 0;
  return (
    items.findLastIndex((item) => {
      chars += JSON.stringify(item).length;
      return chars > maxChars;
    }) + 1
  );
}
