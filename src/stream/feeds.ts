import type { ServerFrame } from '../contracts/wire/frames.js';
import type { JobRow } from '../contracts/rows/rows.js';
import type { Cursor, StreamItem } from '../contracts/durable/stream.js';
import { JobFeed, type FeedDeps } from './job-feed.js';
import type { Subscriber } from './subscribers.js';

/** What a socket holds of a job's feed. */
export interface Subscription {
  readonly jobId: string;
  readonly projectId: string;
  /** Resolves when it is known where in the stream this subscription starts. */
  readonly placed: Promise<void>;
  /** Sends what was held back so far, and everything from now on at once (D4). */
  release(): void;
  /** Whether it began with whatever came next, not at a given place. */
  readonly isFromNow: boolean;
  /** This subscriber sent the message itself: `gameUpdated` follows `completed`. */
  becomeSender(): void;
  /** Ends the subscription; what was held back is dropped. */
  close(): void;
}

export interface SubscribeRequest {
  jobId: string;
  projectId: string;
  from: Cursor | 'now';
  origin: Subscriber['origin'];
  send: (frame: ServerFrame) => void;
  /** The job has ended before `from`. */
  onEnded: () => void;
}

/** All job feeds of this API instance (D5). */
export class JobFeeds {
  private readonly feeds = new Map<string, JobFeed>();

  constructor(private readonly deps: FeedDeps) {}

  /** Subscribes to a job; frames are held back until `release()`. */
  subscribe({ jobId, projectId, from, origin, send, onEnded }: SubscribeRequest): Subscription {
    const gate = new FrameGate(send);
    let markPlaced = () => {};
    const placed = new Promise<void>((resolve) => (markPlaced = resolve));
    const subscriber: Subscriber = {
      origin,
      send: (frame) => gate.send(frame),
      onPlaced: markPlaced,
      onEnded,
    };
    const feed = this.open(jobId);
    feed.add(subscriber, from);
    return {
      jobId,
      projectId,
      placed,
      isFromNow: from === 'now',
      release: () => gate.open(),
      becomeSender: () => (subscriber.origin = 'message'),
      close: () => {
        gate.close();
        markPlaced();
        feed.remove(subscriber);
      },
    };
  }

  /** Hands items of the live path to the subscribers here; without any they are dropped. */
  offer(jobId: string, items: readonly StreamItem[]): void {
    this.feeds.get(jobId)?.offer(items);
  }

  /** Sends `cancelled` to every subscriber of the job here, at once (F1). */
  async cancelled(row: JobRow): Promise<void> {
    await this.feeds.get(row.id)?.cancelled(row);
  }

  /** The feed of a job; it goes when its last subscriber has left. */
  private open(jobId: string): JobFeed {
    const known = this.feeds.get(jobId);
    if (known) return known;
    const feed: JobFeed = new JobFeed(jobId, this.deps, () => {
      if (this.feeds.get(jobId) === feed) this.feeds.delete(jobId);
    });
    this.feeds.set(jobId, feed);
    return feed;
  }
}

/** Holds frames back until it is opened, so that a reply goes out before them (D4). */
class FrameGate {
  private held: ServerFrame[] | null = [];

  constructor(private pass: (frame: ServerFrame) => void) {}

  send(frame: ServerFrame): void {
    if (this.held) this.held.push(frame);
    else this.pass(frame);
  }

  open(): void {
    this.held?.forEach((frame) => this.pass(frame));
    this.held = null;
  }

  /** Drops what was held back, and everything from now on. */
  close(): void {
    this.held = [];
    this.pass = () => undefined;
  }
}
