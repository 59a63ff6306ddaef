import { describe, expect, it } from 'vitest';
import { letterSize, presence, zoomAt } from './timing.js';

describe('a film', () => {
  it('always shows something, and at both ends its title', () => {
    for (let time = 0; time <= 1; time += 0.01) expect(Math.max(...(['intro', 'play', 'climax', 'finish'] as const).map((part) => presence(time, part))) + Number(zoomAt(time) > 0.8)).toBeGreaterThan(1);
    expect([presence(0, 'intro'), presence(1, 'finish'), presence(0.4, 'play')]).toEqual([1, 1, 1]);
  });

  it.each<[string, number]>([['星よけ', 170], ['スペーススターシップシューター', 64], ['猫と魚の大冒険とても長い名前', 100]])('fits %s into the width', (title, least) => {
    const size = letterSize(title, 960, 170, 2);
    expect(size).toBeGreaterThanOrEqual(least);
    expect(size * title.length).toBeLessThanOrEqual(960 * 2);
  });

  it('does not break a word in katakana', () => {
    expect(letterSize('スペーススターシップシューター', 960, 170, 2) * 15).toBeLessThanOrEqual(960);
    expect(letterSize('ネコのシューティング', 960, 170, 2) * 7).toBeLessThanOrEqual(960);
  });
});
