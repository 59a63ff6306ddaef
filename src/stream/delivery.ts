import {
  CLOSING_SEQ,
  compareCursors,
  isTerminalEvent,
  START_OF_STREAM,
  type Cursor,
  type StreamItem,
} from '../contracts/stream.js';

/** Which way an item came: at once from the callback, or out of the durable stream (D2). */
export type Lane = 'fast' | 'durable';

/** What one listener has heard of a job's stream. */
export interface DeliveryState {
  /** Everything up to here was sent to this listener. */
  readonly cursor: Cursor;
  /** Was `started` (or anything after it) sent? The fast lane waits for that (D2). */
  readonly started: boolean;
  /** How the job ended for this listener; after `cancelled` nothing is sent any more. */
  readonly end: 'completed' | 'failed' | 'cancelled' | null;
}

/**
 * A listener that has everything up to `cursor`. `started` is always the first item of a stream.
 */
export function deliveryFrom(cursor: Cursor): DeliveryState {
  return { cursor, started: compareCursors(cursor, START_OF_STREAM) > 0, end: null };
}

/**
 * May this listener be sent this item now (D2)? The durable lane is in order and complete, so
 * whatever is new may go; the fast lane may only continue without a hole, and only after `started`.
 */
export function canDeliver(hearing: DeliveryState, item: StreamItem, lane: Lane): boolean {
  if (compareCursors(item, hearing.cursor) <= 0) return false;
  if (hearing.end) return hearing.end !== 'cancelled' && item.event.type === 'renamed';
  return lane === 'durable' || (hearing.started && follows(hearing.cursor, item));
}

/** Is `item` the very next one after `cursor`, as far as numbers can tell? */
function follows(cursor: Cursor, item: Cursor): boolean {
  if (item.attempt === cursor.attempt) return item.seq === cursor.seq + 1;
  return item.attempt > cursor.attempt && item.seq === 1;
}

/**
 * Must `streamReset` go out first, because text of an older attempt may be on the listener's screen
 * (D3)?
 */
export function needsReset(hearing: DeliveryState, item: StreamItem): boolean {
  return item.attempt > 1 && item.attempt > hearing.cursor.attempt && item.seq < CLOSING_SEQ;
}

/** The hearing after `item` was sent. */
export function afterDelivery(
  hearing: DeliveryState,
  { attempt, seq, event }: StreamItem,
): DeliveryState {
  return {
    cursor: { attempt, seq },
    started: true,
    end: isTerminalEvent(event) ? (event.type as DeliveryState['end']) : hearing.end,
  };
}

/**
 * The hearing after a page that held everything up to `cursor`, whether or not there was something
 * to send in it.
 */
export function afterPage(hearing: DeliveryState, cursor: Cursor): DeliveryState {
  return compareCursors(cursor, hearing.cursor) > 0
    ? { ...hearing, cursor: { attempt: cursor.attempt, seq: cursor.seq } }
    : hearing;
}

/**
 * The place that one reader must read after so that nobody misses anything; null when nobody
 * listens.
 */
export function slowestCursor(hearings: Iterable<DeliveryState>): Cursor | null {
  let slowest: Cursor | null = null;
  for (const { cursor } of hearings) {
    if (!slowest || compareCursors(cursor, slowest) < 0) slowest = cursor;
  }
  return slowest;
}
