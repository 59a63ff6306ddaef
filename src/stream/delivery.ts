import {
  compareCursors,
  isClosing,
  endsJob,
  START_OF_STREAM,
  type Cursor,
  type StreamItem,
} from '../contracts/durable/stream.js';
import { follows } from './reorder-buffer.js';

/** How an item came: at once from the callback, or out of the durable stream (D2). */
export type DeliveryPath = 'live' | 'durable';

/** What one subscriber has been sent of a job's stream. */
export interface DeliveryState {
  /** Everything up to here was sent. */
  readonly cursor: Cursor;
  /** Whether `started`, or anything after it, was sent. The live path waits for that (D2). */
  readonly started: boolean;
  /** How the job ended for this subscriber; after `cancelled` nothing more is sent. */
  readonly end: 'completed' | 'failed' | 'cancelled' | null;
}

/** A subscriber that has everything up to `cursor`. The first item of a stream is `started`. */
export function deliveryFrom(cursor: Cursor): DeliveryState {
  return {
    cursor: { attempt: cursor.attempt, seq: cursor.seq },
    started: compareCursors(cursor, START_OF_STREAM) > 0,
    end: null,
  };
}

/**
 * May this item be sent now (D2)? The durable stream is in order and complete, so everything new
 * from it may; the live path may only continue without a hole, and only after `started`.
 */
export function canDeliver(state: DeliveryState, item: StreamItem, path: DeliveryPath): boolean {
  if (compareCursors(item, state.cursor) <= 0) return false;
  if (state.end) return state.end !== 'cancelled' && item.event.type === 'renamed';
  return path === 'durable' || (state.started && follows(state.cursor, item));
}

/** Must `streamReset` be sent first, because the screen may show text of an older attempt (D3)? */
export const needsReset = (state: DeliveryState, item: StreamItem): boolean =>
  item.attempt > 1 && item.attempt > state.cursor.attempt && !isClosing(item);

/** The state after `item` was sent. */
export function afterDelivery(
  state: DeliveryState,
  { attempt, seq, event }: StreamItem,
): DeliveryState {
  return {
    cursor: { attempt, seq },
    started: true,
    end: endsJob(event) ? event.type : state.end,
  };
}

/** The state after a page that held everything up to `cursor`, even when nothing was sent. */
export function afterPage(state: DeliveryState, { attempt, seq }: Cursor): DeliveryState {
  return compareCursors({ attempt, seq }, state.cursor) > 0
    ? { ...state, cursor: { attempt, seq } }
    : state;
}

/** The place after which one reader must read so that no subscriber misses an event. */
export function slowestCursor(states: Iterable<DeliveryState>): Cursor {
  let slowest: Cursor | null = null;
  for (const { cursor } of states) {
    if (!slowest || compareCursors(cursor, slowest) < 0) slowest = cursor;
  }
  return slowest ?? START_OF_STREAM;
}
