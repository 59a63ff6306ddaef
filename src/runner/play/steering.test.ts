import { describe, expect, it } from 'vitest';
import type { Place } from './gestures.js';
import type { Named } from './moves.js';
import { Helm, safest } from './steering.js';

/** A ship that goes with the finger, `gain` times as far, and what else is there. */
function steered(gain: number, goal: Place, others: (step: number) => Named[] = () => []) {
  const helm = new Helm();
  const ship = { name: 'ship', x: 195, y: 700 };
  let finger: Place | null = null;
  let holds = 0;
  for (let step = 0; step < 30; step += 1) {
    const view = {
      nowMs: 100 * step,
      things: [ship, ...others(step)].map((each) => ({ ...each })),
    };
    for (const input of helm.step({ ...view, targets: [] }, () => goal).inputs) {
      if (!('x' in input)) continue;
      if (input.type === 'down') holds += 1;
      else if (finger) {
        ship.x = Math.max(0, Math.min(390, ship.x + gain * (input.x - finger.x)));
        ship.y = Math.max(0, Math.min(844, ship.y + gain * (input.y - finger.y)));
      }
      finger = { x: input.x, y: input.y };
    }
  }
  return { ship, finger, holds };
}

describe('P3: what a finger moves is steered, wherever the finger is', () => {
  it.each([0.5, 1, 1.5])('a ship that goes %s times as far', (gain) => {
    const rain = (step: number) => [{ name: 'rain', x: 20 + 11 * step, y: (37 * step) % 800 }];
    const { ship } = steered(gain, { x: 80, y: 300 }, rain);
    expect([Math.abs(ship.x - 80), Math.abs(ship.y - 300)].every((off) => off < 12)).toBe(true);
  });

  it('by a finger that takes hold anew where the screen ends', () => {
    const { ship, holds } = steered(0.4, { x: 195, y: 200 });
    expect(holds).toBeGreaterThan(1);
    expect(Math.abs(ship.y - 200)).toBeLessThan(12);
  });

  it('and the finger itself, where nothing goes with it', () => {
    const { finger } = steered(0, { x: 80, y: 300 });
    expect(finger).toEqual({ x: 80, y: 300 });
  });

  it('it gives way to what comes, and not to what has passed', () => {
    const me = { x: 195, y: 640 };
    const falling = (y: number) => ({ me, others: [{ name: 'rock', x: 195, y, dx: 0, dy: 40 }] });
    expect(safest(falling(500), me, true).x).not.toBe(195);
    expect(safest(falling(760), me, true)).toEqual(me);
  });
});
