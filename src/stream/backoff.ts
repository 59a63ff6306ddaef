import { setTimeout as sleep } from 'node:timers/promises';

/** Pauses between tries: each twice as long as the one before, ±30 % so that callers spread out. */
export class Backoff {
  #nextMs: number;

  constructor(
    private readonly firstMs: number,
    private readonly longestMs: number,
  ) {
    this.#nextMs = firstMs;
  }

  async wait(): Promise<void> {
    const pauseMs = this.#nextMs * (0.7 + Math.random() * 0.6);
    this.#nextMs = Math.min(this.#nextMs * 2, this.longestMs);
    await sleep(pauseMs, undefined, { ref: false });
  }

  reset(): void {
    this.#nextMs = this.firstMs;
  }
}
