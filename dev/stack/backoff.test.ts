import { describe, expect, it } from 'vitest';
import { nextRestart, type RestartState } from './backoff.js';

/** The delays of a part that lives `livedMs` each time. */
function delays(livedMs: readonly number[]): number[] {
  let state: RestartState = { ends: 0 };
  return livedMs.map((lived) => {
    const next = nextRestart(state, lived);
    state = next.state;
    return next.delayMs;
  });
}

describe('restart back-off', () => {
  it('starts again almost at once, then waits twice as long, at most half a minute', () => {
    expect(delays(Array.from({ length: 10 }, () => 0))).toEqual([
      200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000,
    ]);
  });

  it('forgives after a minute of steady life', () => {
    expect(delays([0, 0, 0, 60_000, 0])).toEqual([200, 400, 800, 200, 400]);
  });

  it('keeps counting for a part that dies every half minute', () => {
    expect(delays([30_000, 30_000, 30_000])).toEqual([200, 400, 800]);
  });
});
