import { describe, expect, it } from 'vitest';
import type { JobOutcomes } from '../contracts/rows/operators.js';
import { keptOf, renderSlo } from './slo.js';

const day = (changes: Partial<JobOutcomes>): JobOutcomes => ({
  day: null,
  accepted: 0,
  open: 0,
  stuck: 0,
  silent: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  games: 0,
  game_p50: null,
  game_p95: null,
  answer_p95: null,
  wait_p95: null,
  ...changes,
});

describe('how well the promise was kept', () => {
  it('counts ends of any kind, and what is at work in time not at all', () => {
    expect(keptOf(day({ accepted: 10, completed: 5, failed: 2, cancelled: 1, open: 2 }))).toBe(1);
    expect(keptOf(day({ accepted: 1, open: 1 }))).toBeNull();
  });

  it('is broken by a job that is stuck, and by a failure without a sentence', () => {
    expect(keptOf(day({ accepted: 10, completed: 8, open: 2, stuck: 1 }))).toBeCloseTo(8 / 9);
    expect(keptOf(day({ accepted: 10, completed: 8, failed: 2, silent: 1 }))).toBe(0.9);
  });

  it('is told with the kinds of failures, the commonest first', () => {
    const all = { ...day({ accepted: 4, completed: 1, failed: 3, game_p50: 12.3 }), made: 0.25 };
    const text = renderSlo(
      { days: [{ ...all, kept: 1 }], failures: { ModelRefused: 1, RunTimedOut: 2 } },
      7,
    );
    expect(text).toMatch(/^day +accepted .*\nall +4 +1 +3 +0 +0 +0 +100\.00 % +25\.00 % +12 s +-/);
    expect(text).toMatch(/\n\nFailed by kind: RunTimedOut 2, ModelRefused 1\.$/);
    expect(renderSlo({ days: [], failures: {} }, 7)).toBe(
      'No job was accepted in the last 7 day(s).',
    );
    expect(renderSlo({ days: [{ ...all, kept: 1 }], failures: null }, 7)).toContain(
      'Temporal does not answer',
    );
  });
});
