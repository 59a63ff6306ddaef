import { WebSocket } from 'ws';
import { codedError, type ServerFrame, type Since } from '../../contracts/wire/frames.js';
import {
  compareCursors,
  endsJob,
  START_OF_STREAM,
  type Cursor,
} from '../../contracts/durable/stream.js';
import type { Identity } from '../guards/auth.js';
import type { JobFeeds, Subscription } from '../../stream/feeds.js';
import type { ProjectFollower } from '../../stream/project-follower.js';
import type { ProjectFollows } from '../../stream/project-follows.js';
import type { QueuedJobs } from '../../stream/queued-jobs.js';
import type { SocketPlace } from './socket-places.js';

/** More unread bytes than this and the socket is closed: a slow reader must not fill our memory. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
/** A peer that does not finish the closing handshake is cut off after this time. */
const CLOSE_GRACE_MS = 3_000;
/** One that sends too much is not read any more, so that it never finishes. */
const FLOOD_GRACE_MS = 500;
const FLOODS: readonly number[] = [1008, 1009];
/** Refusals by limits within a minute that close a socket: its client does not wait. */
const MAX_REFUSALS = 3;
const MINUTE_MS = 60_000;

/** WebSocket close codes and reasons that this server uses. */
export const CLOSE = {
  authenticationRequired: [4001, 'Authentication required'],
  authenticationFailed: [4001, 'Authentication failed'],
  noFrame: [1008, 'Invalid message format'],
  tooManyFrames: [1008, 'Too many messages'],
  tooLarge: [1009, 'Message too large'],
  restarting: [1012, 'Server restarting'],
  tooManySockets: [1013, 'Too many connections: close another one first'],
  tooSlow: [1013, 'Reading too slowly'],
  unavailable: [1013, 'Try again later'],
} as const satisfies Record<string, readonly [number, string]>;

export type SignedInSession = Session & { readonly identity: Identity };

/** What the server knows about one socket; nothing of it survives the socket (websocket.md §1). */
export class Session {
  identity: Identity | null = null;
  /** Projects in a list at most; null = all of them. */
  pageSize: number | null = null;
  /** The selected project; its ownership was checked when it was selected. */
  projectId: string | null = null;
  private openSubscription: Subscription | null = null;
  private openFollower: ProjectFollower | null = null;
  private openQueue: QueuedJobs | null = null;
  /** The last job whose end this socket was sent. */
  private endedJob: string | null = null;
  /** The last place of a job's stream that this socket was sent. */
  private sent: Since | null = null;
  /** When limits refused frames within the last minute. */
  private refusedMs: number[] = [];
  private readonly unanswered = new Map<string, Promise<unknown>>();

  constructor(
    private readonly socket: WebSocket,
    private readonly feeds: JobFeeds,
    private readonly follows: Pick<ProjectFollows, 'add' | 'remove'>,
    readonly place: SocketPlace,
  ) {}

  isSignedIn(): this is SignedInSession {
    return this.identity !== null;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  get subscription(): Subscription | null {
    return this.openSubscription;
  }

  /** Present while the socket follows its selected project (K1). */
  get follower(): ProjectFollower | null {
    return this.openFollower;
  }

  send(frame: ServerFrame): void {
    if (!this.isOpen) return;
    if (this.socket.bufferedAmount > MAX_BUFFERED_BYTES) return this.close(CLOSE.tooSlow);
    this.socket.send(JSON.stringify(frame));
  }

  /** Sends a plain error (websocket.md §5). */
  fail(message: string): void {
    this.send({ type: 'error', message });
  }

  /**
   * Sends that a limit is reached: which one, and when to come back. The third time within a
   * minute the socket is closed.
   */
  refuse(limit: string, retryAfterS: number): void {
    this.send(codedError('RATE_LIMIT_EXCEEDED', undefined, { limit, retryAfterS }));
    const nowMs = performance.now();
    this.refusedMs = this.refusedMs.filter((atMs) => nowMs - atMs < MINUTE_MS).concat(nowMs);
    if (this.refusedMs.length >= MAX_REFUSALS) this.close(CLOSE.tooManyFrames);
  }

  /**
   * Subscribes to a job, held back until released; replaces the subscription before (websocket.md
   * §8).
   */
  subscribe(request: {
    jobId: string;
    projectId: string;
    from: Cursor | 'now';
    origin: 'message' | 'watch';
  }): Subscription {
    this.unsubscribe();
    this.openFollower?.knowsJob(request.jobId);
    const subscription = this.feeds.subscribe({
      ...request,
      send: (frame) => {
        if (this.openFollower?.isNews(frame) ?? true) this.send(frame);
        const { attempt, seq } = frame as Partial<Cursor>;
        if (attempt !== undefined && seq !== undefined)
          this.sent = { jobId: request.jobId, attempt, seq };
        if (endsJob(frame)) this.ended(request.jobId);
      },
      onEnded: () => {
        this.openFollower?.jobEnded(request.jobId);
        this.ended(request.jobId);
      },
    });
    // The socket may have gone while its frame was worked on.
    if (this.isOpen) this.openSubscription = subscription;
    else subscription.close();
    return subscription;
  }

  /** `since`, or a later place: what was on its way does not come twice (D2). */
  afterSent(since: Since): Since {
    const isAhead = this.sent?.jobId === since.jobId && compareCursors(this.sent, since) > 0;
    return isAhead && this.sent ? this.sent : since;
  }

  unsubscribe(): void {
    this.openSubscription?.close();
    this.openSubscription = null;
  }

  /** Replaces the follower before, and a follower the queue; null = follows nothing any more. */
  follow(follower: ProjectFollower | null): void {
    if (follower) this.waitFor(null);
    if (this.openFollower) this.follows.remove(this.openFollower);
    this.openFollower = this.isOpen ? follower : null;
    if (this.openFollower) this.follows.add(this.openFollower);
  }

  get hearsJob(): boolean {
    return this.openSubscription !== null && this.openSubscription.jobId !== this.endedJob;
  }

  /** Subscribes to a job of the selected project, from the start of its stream. */
  hear(jobId: string): void {
    const { projectId } = this;
    if (projectId === null) return;
    this.subscribe({ jobId, projectId, from: START_OF_STREAM, origin: 'message' }).release();
  }

  /** The jobs to come of messages that this socket sent without following their project (Q3). */
  get queue(): QueuedJobs | null {
    return this.openQueue;
  }

  /** Replaces the queue before; null = none of its jobs is waited for any more. */
  waitFor(queue: QueuedJobs | null): void {
    if (this.openQueue) this.follows.remove(this.openQueue);
    this.openQueue = this.isOpen ? queue : null;
    if (this.openQueue) this.follows.add(this.openQueue);
  }

  private ended(jobId: string): void {
    this.endedJob = jobId;
    // What cannot be read now comes with the next change of the project.
    this.openQueue?.tellNext().catch(() => undefined);
  }

  /** Runs a change that this socket makes to a project, in order with what it follows (K3). */
  async changing(
    projectId: string,
    make: (follower: ProjectFollower | null) => Promise<void>,
  ): Promise<void> {
    const follower = this.openFollower?.projectId === projectId ? this.openFollower : null;
    await (follower ? follower.whileChanging(() => make(follower)) : make(null));
  }

  /** Runs `work` once for all frames with this key that arrive while it is unanswered (A3). */
  async once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.unanswered.get(key) as Promise<T> | undefined;
    if (running) return running;
    const started = work().finally(() => this.unanswered.delete(key));
    this.unanswered.set(key, started);
    return started;
  }

  /**
   * Ends the selection of a project that was switched away from or deleted, and its
   * subscriptions (websocket.md §14 #3).
   */
  select(projectId: string | null): void {
    this.projectId = projectId;
    if (this.openSubscription && this.openSubscription.projectId !== projectId) this.unsubscribe();
    if (this.openFollower && this.openFollower.projectId !== projectId) this.follow(null);
    if (this.openQueue && this.openQueue.projectId !== projectId) this.waitFor(null);
  }

  /** Ends all that it listens to. */
  leave(): void {
    this.unsubscribe();
    this.follow(null);
    this.waitFor(null);
  }

  close([code, reason]: readonly [number, string]): void {
    if (!this.isOpen) return;
    this.leave();
    this.socket.close(code, reason);
    if (FLOODS.includes(code)) return stopReading(this.socket);
    const timer = setTimeout(() => this.socket.terminate(), CLOSE_GRACE_MS).unref();
    this.socket.once('close', () => clearTimeout(timer));
  }
}

/** Of a socket that is being closed, by ws as well: what is on its way is not taken in any more. */
export function stopReading(socket: WebSocket): void {
  // ws resumes a socket in the next tick to drain it.
  setImmediate(() => socket.pause());
  setTimeout(() => socket.terminate(), FLOOD_GRACE_MS).unref();
}
