import { expect, it } from 'vitest';
import { emptyShareOf, type Shot } from './shots.js';

/** A screen of 10 by 20 points with one that is bright. */
function shot(x: number, y: number): Shot {
  const rgb = Buffer.alloc(3 * 10 * 20, 20);
  rgb.fill(200, 3 * (10 * y + x), 3 * (10 * y + x) + 3);
  return { rgb, width: 10, height: 20 };
}

it('the largest part of a screen that is empty is what no shot has anything in', () => {
  expect(emptyShareOf([])).toBe(0);
  const above = Array.from({ length: 10 }, (_, x) => shot(x, 1));
  expect(emptyShareOf([...above, shot(3, 19)])).toBeCloseTo(0.8, 1);
  expect(emptyShareOf([...above, shot(3, 11), shot(3, 19)])).toBeCloseTo(0.4, 1);
  const aside = Array.from({ length: 20 }, (_, y) => shot(1, y));
  expect(emptyShareOf(aside)).toBeCloseTo(0.8, 1);
});
