import { describe, expect, it } from 'vitest';
import { letterSize, linesOf, presence, zoomAt } from './timing.js';

describe('a video', () => {
  it('always shows something, and at both ends its title', () => {
    for (let time = 0; time <= 1; time += 0.01)
      expect(
        Math.max(
          ...(['intro', 'play', 'climax', 'finish'] as const).map((part) => presence(time, part)),
        ) + Number(zoomAt(time) > 0.8),
      ).toBeGreaterThan(1);
    expect([presence(0, 'intro'), presence(1, 'finish'), presence(0.4, 'play')]).toEqual([1, 1, 1]);
  });

  it.each<[string, string[]]>([
    ['星よけ', ['星よけ']],
    ['そよかぜりんごパニック', ['そよかぜりんご', 'パニック']],
    ['スペーススターシップシューター', ['スペーススターシップシューター']],
    ['猫と魚の大冒険とても長い名前', ['猫と魚の', '大冒険とても長い名前']],
    ['Star Dodge Deluxe', ['Star Dodge', 'Deluxe']],
  ])('breaks %s between words', (title, lines) => {
    expect(linesOf(title)).toEqual(lines);
  });

  it('has a title that is no wider than the image', () => {
    for (const title of ['星', 'そよかぜりんごパニック', '長'.repeat(40)]) {
      const lines = linesOf(title);
      expect(
        letterSize(lines, 960, 170) * Math.max(...lines.map((line) => line.length)),
      ).toBeLessThanOrEqual(960);
    }
  });
});
