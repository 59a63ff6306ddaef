import { describe, expect, it } from 'vitest';
import { leftSince, wallOf } from './play-input.js';

const limits = { PLAY_WALL_MS: 180_000, JOB_TIMEOUT_MS: 600_000 };
const SLOT = '2026-01-01T00:00:00Z';
const after = (seconds: number): number => Date.parse(SLOT) + seconds * 1_000;

describe('how long a play may take (P0)', () => {
  it.each([
    ['its limit', after(100), 180_000],
    ['what the job has left, less a minute', after(400), 140_000],
    ['no time, where nothing is left', after(590), 1],
  ])('%s', (_, nowMs, wallMs) => {
    expect(wallOf(limits, leftSince(limits, SLOT, nowMs))).toBe(wallMs);
  });

  it('its limit, of a job without a slot', () => {
    expect(wallOf(limits, leftSince(limits, null, after(590)))).toBe(180_000);
  });

  it('what the workflow knows to be left, whatever the clocks of row and worker say', () => {
    expect(wallOf(limits, 100_000)).toBe(40_000);
    expect(wallOf(limits, 3_600_000)).toBe(180_000);
    expect(wallOf(limits, -1)).toBe(1);
  });
});
