import { describe, expect, it } from 'vitest';
import type { Series, TapeFacts } from '../../contracts/game/tape.js';
import { NO_FACTS } from '../../../test/support/tape-facts.js';
import { bestOf, changesOf, gainOf, seenWith } from './progress.js';

const facts = (seen: Partial<TapeFacts> = {}): TapeFacts => ({
  ...NO_FACTS,
  moments: 100,
  phases: [[1, 'playing']],
  ...seen,
});
const digits = (...moments: number[]): TapeFacts => {
  const steps = moments.map((at, value): Series[number] => [at, value]);
  return facts({ series: { 'digits.top left': steps } });
};

describe('how far a life has come (P3)', () => {
  it.each([
    ['a score', facts({ score: { first: 2, most: 9 } }), 7],
    ['a number that goes up now and then', digits(0, 12, 31, 36), 3],
    ['a clock', digits(0, 10, 20, 30, 40, 50, 60, 70), 0],
    ['nothing', facts(), 0],
  ])('by %s', (_, seen, gain) => {
    expect(gainOf(seen)).toBe(gain);
  });

  it('numbers that change are counted, whether up or down, clocks apart', () => {
    const series: TapeFacts['series'] = {
      ...digits(0, 10, 20, 30, 40, 50, 60).series,
      'state.moves': [
        [0, 20],
        [7, 19],
        [9, 18],
      ],
      'drawn.disc 8.n': [
        [0, 1],
        [3, 2],
      ],
    };
    expect(changesOf({ series })).toBe(2);
  });

  it('lives are kept for what no other has reached, the best first', () => {
    const over = { name: 'over', facts: facts({ isOver: true, phases: [[1, 'over']] }) };
    const scored = { name: 'scored', facts: facts({ score: { first: 0, most: 40 } }) };
    const again = { name: 'the same', facts: facts({ score: { first: 0, most: 30 } }) };
    const won = { name: 'won', facts: facts({ isOver: true, isWon: true }) };
    const names = (count: number) =>
      bestOf([again, over, scored, won], count).map(({ name }) => name);
    expect(names(3)).toEqual(['won', 'scored', 'over']);
    expect(names(9)).toHaveLength(4);
  });

  it('a play has seen what its lives have', () => {
    const seen = { isOver: false, afterMs: 9, scoreMoved: null };
    expect(seenWith(seen, [])).toEqual({ ...seen, isWon: false });
    expect(seenWith(seen, [facts({ score: { first: 0, most: 0 } })]).scoreMoved).toBe(false);
    const reached = [facts({ isOver: true }), digits(0, 3, 9), facts({ isWon: true })];
    expect(seenWith(seen, reached)).toMatchObject({ isOver: true, isWon: true, scoreMoved: true });
  });
});
