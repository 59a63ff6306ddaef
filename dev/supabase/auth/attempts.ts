import { LRUCache } from 'lru-cache';
import { HttpError } from '../http.js';
import { authError } from './errors.js';

/** How many wrong passwords there may be; beyond it each further one has to wait longer. */
export interface AttemptLimits {
  /** For one account from one address. */
  readonly perAccount: number;
  /** For all accounts from one address, and for one account from anywhere. */
  readonly perAddress: number;
  /** Passwords that are hashed at a time. */
  readonly checks: number;
  /** Those of one address that wait for it, as a household may; more are asked to come back. */
  readonly waiting: number;
  /** After that time without a wrong one all is forgotten; no pause is longer. */
  readonly windowMs: number;
  /** Guests that one address may become within an hour. */
  readonly guestsPerHour: number;
}

export const ATTEMPT_LIMITS: AttemptLimits = {
  perAccount: 10,
  perAddress: 100,
  checks: 2,
  waiting: 32,
  windowMs: 15 * 60_000,
  guestsPerHour: 30,
};

const HOUR_MS = 60 * 60_000;
const FIRST_PAUSE_MS = 1_000;
/** Of all addresses. */
const MAX_WAITING = 256;
/** Forgotten oldest first. */
const MAX_NAMES = 20_000;

interface Failures {
  count: number;
  sinceMs: number;
  /** Until then nothing is checked. */
  untilMs: number;
}

/**
 * Throttles password guessing and limits how many hashes run at a time: each holds a database
 * connection for tens of milliseconds.
 */
export class PasswordAttempts {
  private readonly failures = new LRUCache<string, Failures>({ max: MAX_NAMES });
  private readonly waiting: { readonly address: string; readonly start: () => void }[] = [];
  private running = 0;

  constructor(
    private readonly limits: AttemptLimits,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Runs a check of the account's password; `undefined` from it is a wrong one. */
  async check<T>(
    account: string,
    address: string,
    check: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const name = account.trim().toLowerCase();
    const pair = `${name} from ${address}`;
    const counted = [
      { key: pair, most: this.limits.perAccount },
      { key: `account ${name}`, most: this.limits.perAddress },
      { key: `address ${address}`, most: this.limits.perAddress },
    ];
    const refuseSlowed = (): void => {
      for (const { key } of counted) this.refuseWhilePaused(key);
    };
    refuseSlowed();
    return this.inTurn(address, async () => {
      // Others of the same account may have failed while this one waited.
      refuseSlowed();
      const found = await check();
      if (found !== undefined) this.failures.delete(pair);
      else for (const { key, most } of counted) this.note(key, most);
      return found;
    });
  }

  /** Runs work that hashes a password when it is its turn. */
  async inTurn<T>(address: string, work: () => Promise<T>): Promise<T> {
    if (this.running < this.limits.checks) this.running += 1;
    else if (this.isFull(address)) throw tooMany(1, 'checks');
    else await new Promise<void>((start) => this.waiting.push({ address, start }));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next.start();
      else this.running -= 1;
    }
  }

  private isFull(address: string): boolean {
    const ofAddress = this.waiting.filter((one) => one.address === address);
    return this.waiting.length >= MAX_WAITING || ofAddress.length >= this.limits.waiting;
  }

  private refuseWhilePaused(key: string): void {
    const waitMs = (this.failures.get(key)?.untilMs ?? 0) - this.now();
    if (waitMs > 0) throw tooMany(Math.ceil(waitMs / 1000), 'passwords');
  }

  private note(key: string, most: number): void {
    const nowMs = this.now();
    const known = this.failures.get(key);
    const { windowMs } = this.limits;
    const failures =
      known && nowMs - known.sinceMs < windowMs ? known : { count: 0, sinceMs: nowMs, untilMs: 0 };
    failures.count += 1;
    const over = failures.count - most;
    if (over >= 0) {
      failures.untilMs = nowMs + Math.min(windowMs, FIRST_PAUSE_MS * 2 ** Math.min(over, 20));
      failures.sinceMs = nowMs;
    }
    this.failures.set(key, failures);
  }
}

/** Limits the guests of an address, who prove nothing when they sign in. */
export class GuestAttempts {
  private readonly begun = new LRUCache<string, readonly number[]>({ max: MAX_NAMES });

  constructor(
    private readonly limits: Pick<AttemptLimits, 'guestsPerHour'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts one more guest of the address, or refuses him. */
  take(address: string): void {
    const nowMs = this.now();
    const recent = (this.begun.get(address) ?? []).filter((atMs) => nowMs - atMs < HOUR_MS);
    const [firstMs = nowMs] = recent;
    if (recent.length >= this.limits.guestsPerHour)
      throw tooMany(Math.ceil((firstMs + HOUR_MS - nowMs) / 1000), 'guests');
    this.begun.set(address, [...recent, nowMs]);
  }
}

function tooMany(retryAfterS: number, limit: 'passwords' | 'checks' | 'guests'): HttpError {
  const { status, body, headers } = authError(
    429,
    'over_request_rate_limit',
    `Too many sign-in attempts (limit: ${limit}). Try again in ${retryAfterS} s.`,
  );
  return new HttpError(status, body, { ...headers, 'retry-after': String(retryAfterS) });
}
