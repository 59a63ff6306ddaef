import { describe, expect, it } from 'vitest';
import { missingSpritesSentence, unusableImagesSentence } from './image-words.js';

describe('what a player is told of images that are not in the game', () => {
  it("is said in the player's language; where all are there, nothing is", () => {
    expect(missingSpritesSentence({ missing: 0, total: 3 }, 'ja')).toBeNull();
    expect(missingSpritesSentence({ missing: 1, total: 3 }, 'ja')).toContain('3枚のうち1枚');
    expect(missingSpritesSentence({ missing: 1, total: 3 }, 'en')).toMatch(/^\(1 of 3 images/);
    expect(unusableImagesSentence({ missing: 2, total: 4 }, 'en')).toMatch(/^\(2 of the 4 images/);
  });
});
