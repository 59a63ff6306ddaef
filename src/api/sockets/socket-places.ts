import type { Config } from '../../config.js';
import { networkOf } from '../guards/rate-limits.js';

export type SocketConfig = Pick<
  Config,
  | 'MAX_SOCKETS_PER_USER'
  | 'MAX_SOCKETS_PER_ADDRESS'
  | 'MAX_WAITING_SOCKETS_PER_ADDRESS'
  | 'RATE_LIMIT_FRAMES_PER_MIN'
  | 'RATE_LIMIT_SESSIONS_PER_MIN'
  | 'RATE_LIMIT_ADDRESS_FACTOR'
>;

/** What one socket holds until it leaves. */
export interface SocketPlace {
  readonly address: string;
  /**
   * Counts a frame, one for each KiB that it has begun; false = its user has sent more than a
   * minute allows on all sockets together, or this one has sent too much without a user.
   */
  takeFrame(sizeBytes: number): boolean;
  /** False = this user has as many open sockets as he may; nothing has changed then. */
  signIn(userId: string): boolean;
  leave(): void;
}

const MINUTE_MS = 60_000;
/** What one frame of the limit pays for: reading a frame takes time by its size. */
const COUNTED_BYTES = 1024;
/** Before sign-in: the largest `init`, and pings. */
const MAX_WAITING_FRAMES = 20;

/** Open sockets of each user and address, and of those that have not signed in. */
export class SocketPlaces {
  private readonly users = new Tally();
  private readonly addresses = new Tally();
  private readonly waiting = new Tally();
  /** Sockets opened of a network, and frames of a user, in this minute. */
  private readonly opened = new MinuteTally();
  private readonly frames = new MinuteTally();

  constructor(private readonly config: SocketConfig) {}

  /** Null = the address has as many open sockets as it may, or has opened too many this minute. */
  take(address: string): SocketPlace | null {
    const network = networkOf(address);
    if (this.addresses.of(network) >= this.config.MAX_SOCKETS_PER_ADDRESS) return null;
    if (this.waiting.of(network) >= this.config.MAX_WAITING_SOCKETS_PER_ADDRESS) return null;
    const { RATE_LIMIT_SESSIONS_PER_MIN: sessions, RATE_LIMIT_ADDRESS_FACTOR: factor } =
      this.config;
    if (this.opened.add(network, 1) > sessions * factor) return null;
    this.addresses.add(network, 1);
    this.waiting.add(network, 1);
    let userId: string | null = null;
    let hasLeft = false;
    let waitingFrames = 0;
    const leaveUser = (): void =>
      userId === null ? this.waiting.add(network, -1) : this.users.add(userId, -1);
    return {
      address,
      takeFrame: (sizeBytes) => {
        const frames = Math.max(1, Math.ceil(sizeBytes / COUNTED_BYTES));
        if (userId === null) return (waitingFrames += frames) <= MAX_WAITING_FRAMES;
        return this.frames.add(userId, frames) <= this.config.RATE_LIMIT_FRAMES_PER_MIN;
      },
      signIn: (id) => {
        if (hasLeft || id === userId) return true;
        if (this.users.of(id) >= this.config.MAX_SOCKETS_PER_USER) return false;
        leaveUser();
        this.users.add(id, 1);
        userId = id;
        return true;
      },
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        leaveUser();
        this.addresses.add(network, -1);
      },
    };
  }
}

/** Counts that begin anew every minute. */
class MinuteTally {
  private readonly counts = new Map<string, number>();
  private endsMs = 0;

  /** What the name has with it. */
  add(name: string, count: number): number {
    const nowMs = performance.now();
    if (nowMs >= this.endsMs) {
      this.endsMs = nowMs + MINUTE_MS;
      this.counts.clear();
    }
    const sum = (this.counts.get(name) ?? 0) + count;
    this.counts.set(name, sum);
    return sum;
  }
}

/** Counts by name; a count of 0 takes no memory. */
class Tally {
  private readonly counts = new Map<string, number>();

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  add(name: string, change: 1 | -1): void {
    const count = this.of(name) + change;
    if (count === 0) this.counts.delete(name);
    else this.counts.set(name, count);
  }
}
