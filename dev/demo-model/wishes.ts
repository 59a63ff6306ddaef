import type { Language } from '../../src/contracts/language.js';
import { FEATURES } from './edits/features.js';
import type { GameSource } from './edits/source.js';
import { both } from './languages.js';
import { hashOf } from './theme/hash.js';
import type { Engine, Theme } from './theme/types.js';

/** What the demo model suggests: wishes that it can grant. */

const FASTER = 'もっと速くして|Make it faster';
const MORE_ENEMIES = '敵を増やして|Add more enemies';
const FIRE_FASTER = '連射を速くして|Fire more shots';
const JUMP_HIGHER = 'ジャンプを高くして|Make the jump higher';
const BOSS = 'ボスを追加して|Add a boss';
const FIREWORKS = '派手な演出を追加して|Add fireworks';
const CHEERS = '応援メッセージを付けて|Add cheering messages';
const COMBOS = 'コンボを付けて|Add combos';
const INVINCIBLE = '無敵アイテムを入れて|Add an invincibility item';
const MORE_SQUARES = 'マスを増やして|Add more squares';
const ONE_MINUTE = '制限時間を60秒にして|Set the time limit to 60 seconds';
const FIVE_LIVES = 'ライフを5にして|Give me 5 lives';
const SUNSET = '背景を夕方にして|Make the background a sunset';

const OF_ENGINE: Record<Engine, readonly string[]> = {
  shooting: [BOSS, FIRE_FASTER, INVINCIBLE],
  catch: [
    '回復アイテムを追加して|Add a healing item',
    '新しい敵を追加して|Add a new enemy',
    COMBOS,
  ],
  runner: [JUMP_HIGHER, FASTER, '流れ星を追加して|Add shooting stars'],
  blocks: [MORE_SQUARES, FIREWORKS, CHEERS],
  tap: [
    '穴を増やして|Add more holes',
    '制限時間を30秒にして|Set the time limit to 30 seconds',
    COMBOS,
  ],
  quiz: [ONE_MINUTE, FIVE_LIVES, FIREWORKS],
  maze: [
    '敵を速くして|Make the enemies faster',
    '制限時間を90秒にして|Set the time limit to 90 seconds',
    INVINCIBLE,
  ],
  board: [MORE_SQUARES, FIREWORKS, CHEERS],
  idle: [ONE_MINUTE, FIREWORKS, CHEERS],
  battle: [FASTER, FIREWORKS, CHEERS],
  ride3d: [FASTER, BOSS, MORE_ENEMIES],
  shooting3d: [FIRE_FASTER, BOSS, MORE_ENEMIES],
  stack3d: [
    'もっとゆっくりにして|Make it slower',
    'ブロックを大きくして|Make the blocks bigger',
    FIREWORKS,
  ],
};
const OF_ANY = [
  'BGMを付けて|Add background music',
  SUNSET,
  '敵の色を緑にして|Make the enemies green',
  'ライフを7にして|Give me 7 lives',
  'ポーズボタンを付けて|Add a pause button',
];

/** Features that every game can have, most wanted first. */
const OF_FEATURES = ['ボス', 'BGM', 'コンボ', '無敵アイテム'].flatMap((key) =>
  FEATURES.filter(({ name }) => name.ja === key),
);

/** Where no change can be made, another game can. */
const ANOTHER_GAME = [
  'シューティングゲームを新しく作って|Make a new shooting game',
  'パズルゲームを新しく作って|Make a new puzzle game',
  'レースゲームを新しく作って|Make a new racing game',
];

/** So many from the list, beginning at one that the number chooses. */
function some(list: readonly string[], by: number, count: number, language: Language): string[] {
  const turned = list.map((_, i) => list[(i + by) % list.length] ?? '');
  return turned.slice(0, count).map((wish) => both(wish)[language]);
}

/** Three wishes for a game that has just been made. */
export const firstWishes = ({ engine, seed }: Theme, language: Language): string[] => [
  ...some(OF_ENGINE[engine], seed % 3, 2, language),
  ...some(OF_ANY, seed % OF_ANY.length, 1, language),
];

/** Wishes that fit the settings which a file really has and that it does not fulfil yet. */
export function nextWishes(source: GameSource, seedText: string, language: Language): string[] {
  const has = (key: string): boolean => source.number(key) !== null;
  const wishes = [
    ...(has('shotInterval') ? [FIRE_FASTER] : []),
    ...(has('jumpPower') ? [JUMP_HIGHER] : []),
    ...(has('enemyRate') ? [MORE_ENEMIES] : []),
    ...(has('playerSize') ? ['主人公を大きくして|Make the hero bigger'] : []),
    ...(has('gameSpeed') ? [FASTER] : []),
    ...(has('lives') ? [FIVE_LIVES] : []),
    ...OF_FEATURES.filter(
      ({ name }) =>
        source.content.includes('追加機能ここまで') && !source.content.includes(`【${name.ja}】`),
    ).map(({ name }) => `${name.ja}を追加して|Add ${name.en}`),
    ...(source.text('backgroundTop') === null
      ? []
      : [SUNSET, '敵を紫にして|Make the enemies purple']),
  ];
  const usable = wishes.length > 0 ? wishes : ANOTHER_GAME;
  return some(usable, hashOf(seedText) % usable.length, 3, language);
}

/** The product reads this line in every language. */
export const suggestionLine = (suggestions: readonly string[]): string =>
  `提案: ${suggestions.join('、')}`;
