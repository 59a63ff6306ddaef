import { setTimeout as sleep } from 'node:timers/promises';
import type { NextPageRequest } from '../contracts/workflows.js';

const LONG_POLL_MS = 10_000;
/**
 * Each read costs the stream's history ten events: with a working fast lane one every 20 s is
 * enough, since {@link FastLaneWatch} cuts it short.
 */
const PHASE_POLL_MS = 20_000;
/** What comes the durable way only is told not later than this after the fast lane fell silent. */
const FAST_LANE_ALIVE_MS = 2_500;
const LAST_CHANCE_MS = 2_000;

/**
 * How the next page is asked for. `placing`: somebody needs to know where "now" is;
 * `isFastLaneSure`: it speaks, and has left no hole that the durable lane must fill; `rowEnded`:
 * the job is over, its end should be there any moment.
 */
export function planRead(state: {
  placing: boolean;
  rowEnded: boolean;
  isFastLaneSure: boolean;
}): Omit<NextPageRequest, 'after'> & Required<Pick<NextPageRequest, 'wakeOn'>> {
  if (state.placing) return { waitMs: 0, wakeOn: 'any' };
  if (state.rowEnded) return { waitMs: LAST_CHANCE_MS, wakeOn: 'any' };
  if (state.isFastLaneSure) return { waitMs: PHASE_POLL_MS, wakeOn: 'phase' };
  return { waitMs: LONG_POLL_MS, wakeOn: 'any' };
}

/**
 * Knows whether the fast lane brings the text, so that the durable one need only be read for
 * phases, and cuts such a read short when that is no longer so. Then the durable lane is read for
 * everything for a while: the stream does not hear that a read was cut and serves it to its end,
 * and it serves few at a time.
 */
export class FastLaneWatch {
  #heardMs = -Infinity;
  #cutMs = -Infinity;
  #cut: (() => void) | null = null;
  #timer: NodeJS.Timeout | null = null;

  get isSure(): boolean {
    return this.#silentInMs > 0 && performance.now() - this.#cutMs >= PHASE_POLL_MS;
  }

  /** Something came the fast way. */
  heard(): void {
    this.#heardMs = performance.now();
  }

  /** The fast lane left out something: a read that relies on it ends now. */
  letDown(): void {
    if (!this.#cut) return;
    this.#cutMs = performance.now();
    this.#cut();
  }

  /**
   * Runs a read that relies on the fast lane; `cut` is called when that falls silent or leaves
   * something out.
   */
  async during<T>(cut: () => void, read: () => Promise<T>): Promise<T> {
    this.#cut = cut;
    this.#awaitSilence();
    try {
      return await read();
    } finally {
      this.#cut = null;
      if (this.#timer) clearTimeout(this.#timer);
    }
  }

  get #silentInMs(): number {
    return this.#heardMs + FAST_LANE_ALIVE_MS - performance.now();
  }

  #awaitSilence(): void {
    this.#timer = setTimeout(
      () => (this.#silentInMs > 0 ? this.#awaitSilence() : this.letDown()),
      this.#silentInMs,
    ).unref();
  }
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Pause between reads that failed: doubles up to two seconds, ±30 % so that readers do not march in
 * step.
 */
export class RetryPause {
  #nextMs = FIRST_PAUSE_MS;

  async wait(): Promise<void> {
    const pauseMs = this.#nextMs * (0.7 + Math.random() * 0.6);
    this.#nextMs = Math.min(this.#nextMs * 2, LONGEST_PAUSE_MS);
    await sleep(pauseMs, undefined, { ref: false });
  }

  reset(): void {
    this.#nextMs = FIRST_PAUSE_MS;
  }
}
