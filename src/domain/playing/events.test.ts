import { describe, expect, it } from 'vitest';
import { liveliestMs } from './events.js';

type Steps = [number, number][];
const rising = (...moments: number[]): Steps => moments.map((at, value) => [at, value]);
const seen = (series: Record<string, Steps>, phases: [number, string][] = [[0, 'playing']]) => ({
  moments: 200,
  series,
  phases,
});

describe('P3: the liveliest stretch of a tape', () => {
  it('is where most of what a player follows changes', () => {
    const facts = seen({
      'digits.score': rising(0, 12, 90, 95, 100, 110),
      'drawn.circle.n': rising(0, 20, 92, 104, 118),
      'drawn.circle.x': rising(...Array.from({ length: 60 }, (_, at) => at)),
    });
    expect(liveliestMs(facts, 3_000)).toBe(8_900);
  });

  it('lies before the first end, and in the middle of what was played where nothing counts', () => {
    const ended = seen({ 'state.lives': rising(0, 30, 70, 71, 72, 73) }, [
      [0, 'playing'],
      [60, 'over'],
    ]);
    expect(liveliestMs(ended, 3_000)).toBe(100);
    expect(liveliestMs(seen({}), 3_000)).toBe(8_500);
  });

  it('begins with a game that is shorter', () => {
    expect(liveliestMs({ ...seen({}), moments: 20 }, 3_000)).toBe(0);
  });
});
