import { compareCursors, type Cursor, type StreamItem } from '../contracts/stream.js';

/** Items kept for a hole to be filled; beyond that the durable lane brings them. */
const MAX_EARLY_ITEMS = 2_000;

/** Fast-lane items that not every listener has heard yet: sorted, each once, bounded (D2). */
export class ReorderBuffer {
  #items: StreamItem[] = [];

  get items(): readonly StreamItem[] {
    return this.#items;
  }

  /** Takes items in any order, any number of times. */
  add(incoming: readonly StreamItem[]): void {
    const known = new Set(this.#items.map(keyOf));
    for (const item of incoming) {
      if (known.has(keyOf(item))) continue;
      known.add(keyOf(item));
      this.#items.push(item);
    }
    this.#items.sort(compareCursors);
    if (this.#items.length > MAX_EARLY_ITEMS) this.#items.length = MAX_EARLY_ITEMS;
  }

  /** Forgets everything up to `cursor`: every listener has it. */
  forget(cursor: Cursor): void {
    this.#items = this.#items.filter((item) => compareCursors(item, cursor) > 0);
  }

  clear(): void {
    this.#items = [];
  }
}

function keyOf({ attempt, seq }: Cursor): string {
  return `${attempt}.${seq}`;
}
