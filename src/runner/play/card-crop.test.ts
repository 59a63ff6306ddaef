import { describe, expect, it } from 'vitest';
import { cardTop } from './card-crop.js';
import type { Shot } from './shots.js';

const [width, height] = [390, 844];
const MIDDLE = Math.round((height - width) / 2);

/** A dark screen with bright boxes: from above, from the left, wide and high. */
function screen(...boxes: [top: number, left: number, wide: number, high: number][]): Shot {
  const rgb = Buffer.alloc(width * height * 3, 10);
  for (const [top, left, wide, high] of boxes)
    for (let row = top; row < top + high; row += 1)
      rgb.fill(200, (row * width + left) * 3, (row * width + left + wide) * 3);
  return { rgb, width, height };
}

describe('the square of a screenshot that a card shows', () => {
  it('has what has moved in its middle, wherever that is on the screen', () => {
    const hero = (top: number, left: number) => screen([top, left, 60, 60]);
    const tops = [0, 300, 500, 780].map((at) => cardTop(hero(at, 200), hero(at, 100)));
    expect(tops[0]).toBe(0);
    for (const [at, top] of [tops[1] ?? 0, tops[2] ?? 0].entries())
      expect(Math.abs(top + width / 2 - ([330, 530][at] ?? 0))).toBeLessThan(2);
    expect(tops[3]).toBe(height - width);
  });

  it('follows the hero, not the numbers above', () => {
    const at = (left: number, digits: number) =>
      screen([20, 20, digits, 16], [700, left, 60, 60], [400, 10, 200, 20]);
    const top = cardTop(at(200, 30), at(100, 18));
    expect(top).toBe(height - width);
  });

  it('is the middle where nothing is known, nothing has moved, or everything has', () => {
    const [still, all] = [screen([100, 0, 80, 80]), screen([0, 0, width, height])];
    for (const before of [null, still, { ...still, width: 195 }])
      expect(cardTop(still, before)).toBe(MIDDLE);
    expect(Math.abs(cardTop(all, screen()) - MIDDLE)).toBeLessThan(2);
  });

  it('is the beginning of a screen that is not upright', () => {
    const wide = { rgb: Buffer.alloc(width * 300 * 3), width, height: 300 };
    expect(cardTop(wide, { ...wide, rgb: Buffer.alloc(width * 300 * 3, 99) })).toBe(0);
  });
});
