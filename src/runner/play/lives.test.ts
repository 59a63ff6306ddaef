import { describe, expect, it } from 'vitest';
import type { Life } from './life.js';
import { outlastIn } from './lives.js';
import type { Pages } from './pages.js';

const facts = {
  ...{ moments: 600, series: {}, names: [], words: [], isOver: false, isWon: false },
  phases: [100, 200, 400].map((at) => [at, `wave ${at}`] as [number, string]),
  ...{ score: null, stopped: null },
};
const tape = { inputs: [], forMs: 60_000, facts };

describe('P3: going back from an end', () => {
  it.each([
    [2, 9_000, []],
    [5, 9_000, []],
    [12, 9_000, [0, 1]],
    [2, 3_000, [0, 1]],
    [0, 3_000, []],
  ])('of %i lives: by as many as the play can afford', async (lives, afterMs, lanes) => {
    const used: number[] = [];
    const pages = {
      on: (lane: number) => {
        used.push(lane);
        return Promise.resolve({ lives: [] });
      },
    } as unknown as Pages;
    const ended: [number, string][] = [[100, 'over']];
    const life = { ...tape, facts: { ...facts, phases: ended } } as unknown as Life;
    await outlastIn(pages, life, { parcelFile: '', seed: 1, lives }, { isOver: true, afterMs });
    expect(used).toEqual(lanes);
  });
});
