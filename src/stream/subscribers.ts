import type { ServerFrame } from '../contracts/wire/frames.js';
import type { JobRow } from '../contracts/rows/rows.js';
import {
  compareCursors,
  endsJob,
  START_OF_STREAM,
  type Cursor,
  type StreamItem,
  type StreamPage,
} from '../contracts/durable/stream.js';
import {
  afterDelivery,
  afterPage,
  canDeliver,
  deliveryFrom,
  needsReset,
  slowestCursor,
  type DeliveryPath,
  type DeliveryState,
} from './delivery.js';
import { frameOf, terminalFrameOfRow } from './frames.js';
import type { JobFacts } from './job-facts.js';

/** Receives the frames of a job. */
export interface Subscriber {
  /** Only the sender of the message gets `gameUpdated`. */
  origin: 'message' | 'watch';
  send(frame: ServerFrame): void;
  /** Called once the subscriber's place in the stream is known. */
  onPlaced(): void;
  /** Called when the job has ended before the subscriber's place: no frame of the end follows. */
  onEnded(): void;
}

interface Delivery {
  readonly subscriber: Subscriber;
  /** Null until the first page has the present place. */
  state: DeliveryState | null;
  /** Whether the running read began after this subscriber was added: only then a page is for it. */
  inRead: boolean;
}

/** The subscribers of one job: where each of them is, and the frames that each is sent (D2). */
export class JobSubscribers {
  private readonly deliveries = new Map<Subscriber, Delivery>();
  /** The furthest place that any subscriber has reached: "now" for the next one. */
  private head: Cursor | null = null;

  constructor(
    private readonly jobId: string,
    private readonly facts: JobFacts,
  ) {}

  /** Adds a subscriber that has everything up to `from`; 'now' = only what comes next (D3). */
  add(subscriber: Subscriber, from: Cursor | 'now'): void {
    const state = from === 'now' ? this.head && deliveryFrom(this.head) : deliveryFrom(from);
    this.deliveries.set(subscriber, { subscriber, state, inRead: false });
    if (state) subscriber.onPlaced();
  }

  /** False when it was not there. */
  remove(subscriber: Subscriber): boolean {
    return this.deliveries.delete(subscriber);
  }

  get isEmpty(): boolean {
    return this.deliveries.size === 0;
  }

  /** Whether a subscriber still waits for frames. */
  get isWaiting(): boolean {
    return this.some(({ state }) => state?.end !== 'cancelled');
  }

  /** Whether a subscriber waits for the present place. */
  get isPlacing(): boolean {
    return this.some(({ state }) => !state);
  }

  /** Is there a subscriber that no read has taken into account yet? */
  get hasNewcomer(): boolean {
    return this.some(({ inRead }) => !inRead);
  }

  /** The place after which the one reader reads for all of them (D5). */
  get readAfter(): Cursor {
    const states = [...this.deliveries.values()].map(({ state }) => state);
    return states.includes(null)
      ? START_OF_STREAM
      : slowestCursor(states.filter((s) => s !== null));
  }

  /** A read begins: its page is for everybody who is here now. */
  beginRead(): void {
    for (const delivery of this.deliveries.values()) delivery.inRead = true;
  }

  /**
   * Gives subscribers of "now" their place: the end of what the page holds, but before the job's
   * end. Returns whether one was placed before the first attempt of a job that goes on.
   */
  place(page: StreamPage): boolean {
    const end = page.items.findIndex(({ event }) => endsJob(event));
    const past = end < 0 ? page.items : page.items.slice(0, end);
    const cursor = past.at(-1) ?? (end < 0 ? page.cursor : START_OF_STREAM);
    let isPlaced = false;
    for (const delivery of this.deliveries.values()) {
      if (delivery.state || !delivery.inRead) continue;
      delivery.state = deliveryFrom(cursor);
      delivery.subscriber.onPlaced();
      isPlaced = true;
    }
    return isPlaced && cursor.attempt === 0 && end < 0;
  }

  /** The tail begins after what a subscriber has: it cannot be continued, so it starts afresh. */
  async bridgeGap(page: StreamPage): Promise<void> {
    const [first] = page.items;
    if (!first) return;
    const row = await this.facts.row();
    for (const { subscriber, state, inRead } of this.deliveries.values()) {
      if (!state || !inRead || !canDeliver(state, first, 'durable')) continue;
      if (!state.started) subscriber.send({ type: 'started', job: row, jobId: this.jobId });
      else if (!canDeliver(state, first, 'live'))
        subscriber.send({ type: 'streamReset', jobId: this.jobId, attempt: first.attempt });
    }
  }

  /** Sends the item to every subscriber that may have it now; returns whether there was one. */
  async deliver(item: StreamItem, path: DeliveryPath): Promise<boolean> {
    const audience = [...this.deliveries.values()].filter(
      ({ state, inRead }) =>
        state !== null && (path === 'live' || inRead) && canDeliver(state, item, path),
    );
    if (audience.length === 0) return false;
    const facts = await this.facts.of(item.event);
    const frame = frameOf(this.jobId, item, facts);
    for (const delivery of audience) {
      const { subscriber, state } = delivery;
      if (!state || this.deliveries.get(subscriber) !== delivery) continue;
      if (needsReset(state, item))
        subscriber.send({ type: 'streamReset', jobId: this.jobId, attempt: item.attempt });
      if (frame) subscriber.send(frame);
      delivery.state = afterDelivery(state, item);
      if (item.event.type === 'completed' && facts.row) tellGameUpdated(subscriber, facts.row);
    }
    if (!this.head || compareCursors(item, this.head) > 0)
      this.head = { attempt: item.attempt, seq: item.seq };
    return true;
  }

  /** A page up to `cursor` has been delivered. */
  finishPage(cursor: Cursor): void {
    for (const delivery of this.deliveries.values())
      if (delivery.inRead && delivery.state) delivery.state = afterPage(delivery.state, cursor);
  }

  /**
   * Takes a page without items; true when a subscriber still waits for the job's end, which the
   * reader may miss when the stream closes. The end of an ended stream lies before such a page.
   */
  takeEmpty({ ended }: StreamPage): boolean {
    let isWaiting = false;
    for (const delivery of this.deliveries.values()) {
      if (!delivery.state || delivery.state.end || !delivery.inRead) continue;
      isWaiting = true;
      if (!ended) continue;
      delivery.state = { ...delivery.state, end: 'completed' };
      delivery.subscriber.onEnded();
    }
    return isWaiting && !ended;
  }

  /** Sends `cancelled` to everybody whose job has not ended, and nothing after it (F1). */
  cancelled(row: JobRow): void {
    this.end('cancelled', (subscriber) =>
      subscriber.send({ type: 'cancelled', job: row, jobId: row.id, attempt: row.attempt }),
    );
  }

  /** Ends the job for all subscribers from its row: the stream has no end. */
  endFromRow(row: JobRow): void {
    const frame = terminalFrameOfRow(row);
    this.end(row.status === 'cancelled' ? 'cancelled' : 'completed', (subscriber) => {
      subscriber.onPlaced();
      if (!frame) return;
      subscriber.send(frame);
      if (row.status === 'completed') tellGameUpdated(subscriber, row);
    });
  }

  /** Sends a frame that is not of the stream to everybody between `started` and the end. */
  sendWhileRunning(frame: ServerFrame): void {
    for (const { state, subscriber } of this.deliveries.values())
      if (state?.started && !state.end) subscriber.send(frame);
  }

  /** The same before `started`: to everybody who waits for it. */
  sendBeforeStart(frame: ServerFrame): void {
    for (const { state, subscriber } of this.deliveries.values())
      if (!state?.started && !state?.end) subscriber.send(frame);
  }

  private end(end: 'completed' | 'cancelled', tell: (subscriber: Subscriber) => void): void {
    for (const delivery of this.deliveries.values()) {
      if (delivery.state?.end) continue;
      delivery.state = { ...(delivery.state ?? deliveryFrom(START_OF_STREAM)), end };
      tell(delivery.subscriber);
    }
  }

  private some(test: (delivery: Delivery) => boolean): boolean {
    return [...this.deliveries.values()].some(test);
  }
}

function tellGameUpdated(subscriber: Subscriber, row: JobRow): void {
  if (subscriber.origin === 'message')
    subscriber.send({ type: 'gameUpdated', userId: row.user_id, projectId: row.project_id });
}
