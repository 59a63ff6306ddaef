import type { JobRow } from '../contracts/rows.js';
import type { ServerFrame } from '../contracts/frames.js';
import type { Cursor, StreamItem } from '../contracts/stream.js';
import { JobFeed, type FeedDeps, type Listener } from './job-feed.js';

/** One listener's hold on a job's feed. */
export interface Subscription {
  readonly jobId: string;
  readonly projectId: string;
  /** Resolves when it is known where in the stream this subscription starts. */
  readonly placed: Promise<void>;
  /** Sends what was held back so far and everything from now on at once (D4). */
  release(): void;
  /** Whether it began in the middle, with whatever came next. */
  readonly isFromNow: boolean;
  /** From now on this listener is the sender of a message: `gameUpdated` follows `completed`. */
  becomeSender(): void;
  /** Ends the subscription; what was held back is dropped. */
  close(): void;
}

export interface SubscribeRequest {
  jobId: string;
  projectId: string;
  from: Cursor | 'now';
  origin: Listener['origin'];
  send: (frame: ServerFrame) => void;
}

/** All job feeds of this API instance; a feed lives as long as somebody listens (D5). */
export class JobFeeds {
  readonly #feeds = new Map<string, JobFeed>();

  constructor(private readonly deps: FeedDeps) {}

  /** Starts listening; frames are held back until `release()`. */
  subscribe({ jobId, projectId, from, origin, send }: SubscribeRequest): Subscription {
    let held: ServerFrame[] | null = [];
    let markPlaced = () => {};
    const placed = new Promise<void>((resolve) => (markPlaced = resolve));
    const listener: Listener = {
      origin,
      send: (frame) => void (held ? held.push(frame) : send(frame)),
      onPlaced: markPlaced,
    };
    const feed = this.#feedOf(jobId);
    feed.add(listener, from);
    return {
      jobId,
      projectId,
      placed,
      isFromNow: from === 'now',
      release: () => {
        held?.forEach(send);
        held = null;
      },
      becomeSender: () => (listener.origin = 'message'),
      close: () => {
        held = [];
        markPlaced();
        feed.remove(listener);
      },
    };
  }

  /** Hands fast-lane items to whoever listens here; nobody listening is fine. */
  offer(jobId: string, items: readonly StreamItem[]): void {
    this.#feeds.get(jobId)?.offer(items);
  }

  /** Sends `cancelled` to every listener of the job here, at once (F1). */
  async cancelled(row: JobRow): Promise<void> {
    await this.#feeds.get(row.id)?.cancelled(row);
  }

  #feedOf(jobId: string): JobFeed {
    const known = this.#feeds.get(jobId);
    if (known) return known;
    const feed: JobFeed = new JobFeed(jobId, this.deps, () => {
      if (this.#feeds.get(jobId) === feed) this.#feeds.delete(jobId);
    });
    this.#feeds.set(jobId, feed);
    return feed;
  }
}
