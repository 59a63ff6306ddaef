import { expect, it } from 'vitest';
import { emptyShareOf, pointsApart, type Shot } from './shots.js';

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

it('of two screens the points that an eye tells apart are counted, in each row', () => {
  expect(pointsApart(shot(3, 4), shot(3, 4))).toBe(0);
  expect(pointsApart(shot(3, 4), shot(4, 4))).toBe(2);
  expect(pointsApart(shot(0, 0), shot(9, 19))).toBe(2);
  const darker = shot(3, 4);
  darker.rgb.fill(10, 0, 30);
  expect(pointsApart(shot(3, 4), darker)).toBe(0);
});
