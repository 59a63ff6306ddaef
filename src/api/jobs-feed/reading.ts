import { setTimeout as sleep } from 'node:timers/promises';
import type { NextPageRequest } from '../../contracts/workflows.js';

const LONG_POLL_MS = 10_000;
/** With a working fast lane the reader only waits for phase changes, and looks up often enough to notice when that lane dries up. */
const PHASE_POLL_MS = 2_500;
const FAST_LANE_ALIVE_MS = 3_000;
const LAST_CHANCE_MS = 2_000;

/**
 * How the next page is asked for. `placing`: somebody needs to know where "now" is; `hasHole`: fast items wait for
 * something the durable lane must bring; `rowEnded`: the job is over, its end should be there any moment.
 */
export function planRead(state: { placing: boolean; hasHole: boolean; rowEnded: boolean; sinceFastMs: number }): Omit<NextPageRequest, 'after'> {
  if (state.placing) return { waitMs: 0, wakeOn: 'any' };
  if (state.rowEnded) return { waitMs: LAST_CHANCE_MS, wakeOn: 'any' };
  if (!state.hasHole && state.sinceFastMs < FAST_LANE_ALIVE_MS) return { waitMs: PHASE_POLL_MS, wakeOn: 'phase' };
  return { waitMs: LONG_POLL_MS, wakeOn: 'any' };
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** Pause between reads that failed: doubles up to two seconds, ±30 % so that readers do not march in step. */
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
