import { describe, expect, it } from 'vitest';
import type { Series, TapeFacts } from '../../contracts/game/tape.js';
import { coursesOf } from './courses.js';
import { NO_FACTS } from '../../../test/support/tape-facts.js';
import { effectsOf, isSameEffect } from './effects.js';

const facts = (series: Record<string, Series>): TapeFacts => ({
  ...NO_FACTS,
  moments: 20,
  series,
});

const REST: Series = [[0, 100]];
const LEFT: Series = [...REST, [10, 90], [11, 80]];
const SPARK: Series = [[11, 1]];

describe('what a control does (P4)', () => {
  it('is what is otherwise than without it, first things first, with the way it goes', () => {
    const without = facts({ 'state.x': REST, 'drawn.arc 9.x': REST });
    const held = facts({ 'state.x': LEFT, 'drawn.arc 9.x': REST, 'drawn.rect 2.n': SPARK });
    expect(effectsOf(without, held, 15)).toEqual({ 'state.x': -20, 'drawn.rect 2': 1 });
    expect(Object.keys(effectsOf(without, held, 15))).toEqual(['state.x', 'drawn.rect 2']);
  });

  it('is nothing of what comes later, and of what follows from it', () => {
    expect(effectsOf(facts({ x: REST }), facts({ x: LEFT }), 9)).toEqual({});
    const hit = facts({
      x: LEFT,
      'state.score': [
        [0, 0],
        [12, 5],
      ],
    });
    expect(effectsOf(facts({ x: REST, 'state.score': [[0, 0]] }), hit, 15)).toEqual({ x: -20 });
  });

  it('is the same when it goes the same way, far enough', () => {
    const known = coursesOf(facts({ x: REST, 'drawn.rect 2.n': SPARK }));
    expect(isSameEffect({ x: -20 }, { x: -9 }, known)).toBe(true);
    expect(isSameEffect({ x: -20 }, { x: 20 }, known)).toBe(false);
    expect(isSameEffect({ x: -20 }, { x: -2 }, known)).toBe(false);
    expect(isSameEffect({ x: -20, 'drawn.rect 2': 1 }, { 'drawn.rect 2': 1 }, known)).toBe(false);
  });

  it('is the same where the game has nothing any more of what it did', () => {
    const known = coursesOf(facts({ x: REST }));
    expect(isSameEffect({ x: -20 }, { 'drawn.rect 2': 1 }, known)).toBe(false);
    expect(isSameEffect({ y: -20 }, { 'drawn.rect 2': 1 }, known)).toBe(true);
  });
});
