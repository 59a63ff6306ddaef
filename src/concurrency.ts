import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Shares work that is in flight: calls with the same key, while the first one runs, get its promise
 * instead of starting their own. Nothing is remembered afterwards, neither results nor failures.
 */
export function singleFlight<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const inFlight = new Map<string, Promise<T>>();
  return (key, work) => {
    const running = inFlight.get(key);
    if (running) return running;
    const started = work().finally(() => inFlight.delete(key));
    inFlight.set(key, started);
    return started;
  };
}

/**
 * The result of `work`, or the reason of `signal` when that aborts first. The work itself goes on:
 * give it the signal as well when it can be stopped.
 */
export async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!signal) return work;
  work.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The result of `work`, or the error that `onTimeout` makes when it takes longer. */
export async function withTimeout<T>(
  work: Promise<T>,
  timeoutMs: number,
  onTimeout: () => Error,
): Promise<T> {
  const timer = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: timer.signal }).then(() => {
    throw onTimeout();
  });
  late.catch(() => undefined);
  return Promise.race([work, late]).finally(() => timer.abort());
}

/** Reads until `isEnough`, for `limitMs` at most; returns what was read last. */
export async function poll<T>(
  read: () => Promise<T>,
  isEnough: (found: T) => boolean,
  limitMs: number,
  pauseMs: number,
): Promise<T> {
  for (const untilMs = performance.now() + limitMs; ; await sleep(pauseMs)) {
    const found = await read();
    if (isEnough(found) || performance.now() >= untilMs) return found;
  }
}

export interface Backoff {
  readonly firstMs: number;
  /** Ratio of each pause to the one before. */
  readonly factor: number;
  readonly maxMs: number;
  /** Part of the pause by which it may be shorter or longer, 0 to 1. */
  readonly jitter: number;
}

/**
 * The pause after attempt `attempt` (from 0), milliseconds; `random` in [0, 1) spreads the pauses
 * of many callers.
 */
export function backoffMs(
  { firstMs, factor, maxMs, jitter }: Backoff,
  attempt: number,
  random: number,
): number {
  const pauseMs = Math.min(firstMs * factor ** attempt, maxMs);
  return Math.round(pauseMs * (1 - jitter + 2 * jitter * random));
}

/** The pauses of one caller that tries again and again. They keep no process alive. */
export class Pauses {
  private tries = 0;

  constructor(private readonly backoff: Backoff) {}

  /** Waits, longer each time. */
  async wait(): Promise<void> {
    const pauseMs = backoffMs(this.backoff, this.tries, Math.random());
    this.tries += 1;
    await sleep(pauseMs, undefined, { ref: false });
  }

  /** The next pause is the first again. */
  reset(): void {
    this.tries = 0;
  }
}
