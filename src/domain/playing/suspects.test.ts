import { describe, expect, it } from 'vitest';
import type { TapeFacts, TapeInput } from '../../contracts/game/tape.js';
import { suspectsIn } from './suspects.js';

const tapAt = (atMs: number): TapeInput => ({ type: 'down', atMs, finger: 0, x: 1, y: 1 });
const life = (facts: Partial<TapeFacts>) => ({
  inputs: [tapAt(500), tapAt(9_000)],
  forMs: 12_000,
  facts: {
    ...{ moments: 120, series: {}, names: [], phases: [], words: [], isOver: false, isWon: false },
    ...{ score: null, stopped: null },
    ...facts,
  },
});
const played: [number, string][] = [
  [1, 'title'],
  [6, 'playing'],
];

describe('P3: lives that are done once more by real touches', () => {
  it('are none where nothing is wrong', () => {
    const over: [number, string][] = [...played, [80, 'over'], [100, 'playing']];
    expect(suspectsIn([life({}), life({ phases: over }), life({ phases: played })])).toEqual([]);
  });

  it('are the first of each exception or freeze, two at most', () => {
    const lives = ['TypeError: a', 'TypeError: a', 'freeze', 'TypeError: b'].map((stopped, at) => ({
      ...life({ stopped }),
      forMs: at,
    }));
    expect(suspectsIn(lives).map(({ forMs }) => forMs)).toEqual([0, 2]);
  });

  it('are one whose end was not left, until that end', () => {
    const stuck = life({ phases: [...played, [80, 'over']] });
    expect(suspectsIn([stuck, stuck])).toEqual([
      { inputs: [tapAt(500)], forMs: 10_500, why: 'stuck' },
    ]);
  });

  it('are one that is over at once, as all the others are', () => {
    const soon = life({ phases: [...played, [14, 'over'], [30, 'title']] });
    const lives = Array.from({ length: 4 }, () => soon);
    expect(suspectsIn(lives)).toEqual([{ inputs: [tapAt(500)], forMs: 3_900, why: 'soonOver' }]);
    const late = life({ phases: [...played, [14, 'over'], [50, 'playing'], [80, 'over']] });
    expect(suspectsIn([...lives, late])).toEqual([]);
    expect(suspectsIn(lives.slice(1))).toEqual([]);
  });
});
