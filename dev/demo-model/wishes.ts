import type { Language } from '../../src/contracts/base/language.js';
import { FEATURES } from './edits/features.js';
import type { GameSource } from './edits/source.js';
import { both } from './languages.js';
import { ENGINES, WISHES } from './tables.js';
import { hashOf } from './theme/hash.js';
import type { Theme } from './theme/types.js';

/** `count` of the list, beginning at one that the number chooses. */
function some(list: readonly string[], by: number, count: number, language: Language): string[] {
  const turned = list.map((_, i) => list[(i + by) % list.length] ?? '');
  return turned.slice(0, count).map((wish) => both(wish)[language]);
}

/** Three wishes that the demo model can grant, for a game that has just been made. */
export const firstWishes = ({ engine, seed }: Theme, language: Language): string[] => [
  ...some(ENGINES[engine].wishes, seed % 3, 2, language),
  ...some(WISHES.anyGame, seed % WISHES.anyGame.length, 1, language),
];

/** Wishes that fit the settings which a file really has and that it does not fulfil yet. */
export function nextWishes(source: GameSource, seedText: string, language: Language): string[] {
  const features = WISHES.features.flatMap((key) => FEATURES.filter(({ name }) => name.ja === key));
  const takesFeatures = source.content.includes('追加機能ここまで');
  const wishes = [
    ...Object.entries(WISHES.bySetting)
      .filter(([key]) => source.number(key) !== null)
      .map(([, wish]) => wish),
    ...features
      .filter(({ name }) => takesFeatures && !source.content.includes(`【${name.ja}】`))
      .map(({ name }) => `${name.ja}を追加して|Add ${name.en}`),
    ...(source.text('backgroundTop') === null ? [] : WISHES.looks),
  ];
  // Where no change can be made, another game can.
  const usable = wishes.length > 0 ? wishes : WISHES.anotherGame;
  return some(usable, hashOf(seedText) % usable.length, 3, language);
}

/** The product reads this line in every language. */
export const suggestionLine = (suggestions: readonly string[]): string =>
  `提案: ${suggestions.join('、')}`;
