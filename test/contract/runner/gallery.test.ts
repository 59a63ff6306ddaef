import { describe, expect, it } from 'vitest';
import {
  GALLERY_SCREENS,
  gameOfWish,
  themeOfWish,
  WISHES,
  type GalleryScreen,
} from '../../gallery/wishes.js';
import { sample } from '../../scope.js';
import { play, PLAY_LIMIT_MS } from './play-bench.js';

type Case = readonly [engine: string, screen: GalleryScreen];

const SCREENS = Object.keys(GALLERY_SCREENS) as GalleryScreen[];
const EVERY: readonly Case[] = WISHES.flatMap(({ engine }) =>
  SCREENS.map((screen): Case => [engine, screen]),
);
const CASES = sample(
  'two of twelve wishes, on the other screens: journey/repairs plays on a phone',
  EVERY,
  [
    ['runner', 'small phone'],
    ['battle', 'tablet'],
  ],
);

/** Without a stack: what the demo model writes, and the player alone. */
describe('the gallery (J2)', () => {
  it('has a wish for each of twelve engines, and each gets the game that it names', () => {
    expect(WISHES.map((wish) => themeOfWish(wish).engine)).toEqual(
      WISHES.map(({ engine }) => engine),
    );
    expect(new Set(WISHES.map(({ engine }) => engine)).size).toBe(12);
  });

  it.each(CASES)(
    '%s plays on a %s, without a finding',
    async (engine, screen) => {
      const wish = WISHES.find((each) => each.engine === engine)!;
      const result = await play(gameOfWish(wish), { screen: GALLERY_SCREENS[screen] });
      expect(result).toMatchObject({ verdict: 'plays', findings: [] });
      expect(result.screen).not.toBeNull();
    },
    PLAY_LIMIT_MS,
  );
});
