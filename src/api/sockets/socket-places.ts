import type { Config } from '../../config.js';
import { networkOf } from '../guards/rate-limits.js';

export type SocketConfig = Pick<
  Config,
  | 'MAX_SOCKETS_PER_USER'
  | 'MAX_SOCKETS_PER_ADDRESS'
  | 'MAX_WAITING_SOCKETS_PER_ADDRESS'
  | 'RATE_LIMIT_FRAMES_PER_MIN'
>;

/** What one socket holds until it leaves. */
export interface SocketPlace {
  readonly address: string;
  /**
   * Counts a frame, one for each KiB that it has begun; false = this socket has sent more than a
   * minute allows.
   */
  takeFrame(sizeBytes: number): boolean;
  /** False = this user has as many open sockets as he may; nothing has changed then. */
  signIn(userId: string): boolean;
  leave(): void;
}

const MINUTE_MS = 60_000;
/** What one frame of the limit pays for: reading a frame takes time by its size. */
const COUNTED_BYTES = 1024;

/** Open sockets of each user and address, and of those that have not signed in. */
export class SocketPlaces {
  readonly #users = new Tally();
  readonly #addresses = new Tally();
  readonly #waiting = new Tally();

  constructor(private readonly config: SocketConfig) {}

  /** Null = the address has as many open sockets as it may. */
  take(address: string): SocketPlace | null {
    const network = networkOf(address);
    if (this.#addresses.of(network) >= this.config.MAX_SOCKETS_PER_ADDRESS) return null;
    if (this.#waiting.of(network) >= this.config.MAX_WAITING_SOCKETS_PER_ADDRESS) return null;
    this.#addresses.add(network, 1);
    this.#waiting.add(network, 1);
    let userId: string | null = null;
    let hasLeft = false;
    const leaveUser = (): void =>
      userId === null ? this.#waiting.add(network, -1) : this.#users.add(userId, -1);
    return {
      address,
      takeFrame: this.#frameCounter(),
      signIn: (id) => {
        if (hasLeft || id === userId) return true;
        if (this.#users.of(id) >= this.config.MAX_SOCKETS_PER_USER) return false;
        leaveUser();
        this.#users.add(id, 1);
        userId = id;
        return true;
      },
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        leaveUser();
        this.#addresses.add(network, -1);
      },
    };
  }

  #frameCounter(): (sizeBytes: number) => boolean {
    let [endsMs, frames] = [0, 0];
    return (sizeBytes) => {
      const nowMs = performance.now();
      if (nowMs >= endsMs) [endsMs, frames] = [nowMs + MINUTE_MS, 0];
      frames += Math.max(1, Math.ceil(sizeBytes / COUNTED_BYTES));
      return frames <= this.config.RATE_LIMIT_FRAMES_PER_MIN;
    };
  }
}

/** How many of each there are; what nobody has takes no memory. */
class Tally {
  readonly #counts = new Map<string, number>();

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string, change: 1 | -1): void {
    const count = this.of(name) + change;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
  }
}
