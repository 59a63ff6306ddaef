import { describe, expect, it } from 'vitest';
import { SCREEN } from '../../contracts/media/video.js';
import { touchesAt } from './touches.js';

describe('the finger that plays', () => {
  const video = Array.from({ length: 240 }, (_, frame) => touchesAt(frame, 30)).flat();

  it('is down when it moves, and never down twice', () => {
    let isDown = false;
    for (const { type } of video) {
      expect(isDown, type).toBe(type !== 'touchStart');
      isDown = type !== 'touchEnd';
    }
  });

  it('stays on the screen and crosses most of it', () => {
    const places = video.flatMap((touch) => (touch.type === 'touchEnd' ? [] : [touch]));
    for (const { x, y } of places)
      expect(x > 0 && x < SCREEN.width && y > 0 && y < SCREEN.height).toBe(true);
    expect(
      Math.max(...places.map(({ x }) => x)) - Math.min(...places.map(({ x }) => x)),
    ).toBeGreaterThan(SCREEN.width / 2);
  });
});
