import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { composeGame } from './games/compose.js';
import { GENRES, type Genre } from './tables.js';
import { dimensionOf } from './theme/genres.js';
import { themeFromText } from './theme/theme.js';
import { unmetParts } from './theme/unmet.js';
import { createdText } from './words.js';

const themeOf = (wish: string) =>
  themeFromText(wish, { styleId: null, dimension: dimensionOf(wish) });

/** Says that something is not as it was wished for. */
const NAMES_A_GAP =
  /DEMO モデル(?:では|には)|型がない|分からなかった|This DEMO model|could not tell/;

/** Wishes as people have them, which the game of that kind meets whole. */
const MET: readonly (readonly [Genre, wish: string])[] = [
  ['shooting', '宇宙船でエイリアンをやっつけるシューティングゲームがほしい'],
  ['shooting', 'ネコがおばけを撃つ2Dシューティング、ボスも出して'],
  ['catch', 'ペンギンが落ちてくる魚をキャッチするゲームを作ってください'],
  ['catch', '猫が魚をつかまえる2Dゲームを作って'],
  ['catch', '鳥が空を飛ぶゲーム'],
  ['catch', 'イルカが海を泳いで魚を集めるゲーム'],
  ['runner', '恐竜がサボテンを飛び越えて走り続けるゲーム'],
  ['runner', '忍者が足場から足場へジャンプしていくアクション'],
  ['blocks', '同じフルーツをつなげて消すかわいいパズルゲーム'],
  ['tap', 'もぐらたたきを作って！制限時間は30秒で'],
  ['tap', '動物をタップしてたくさん集めるゲーム'],
  ['quiz', '子ども向けの足し算と引き算のクイズ'],
  ['maze', 'おばけから逃げながら迷路の出口を探すゲーム'],
  ['maze', 'ゾンビに追いかけられるゲーム'],
  ['maze', '敵に捕まったらゲームオーバーの迷路'],
  ['rhythm', '音楽に合わせて音符をタップする音ゲーがやりたい'],
  ['fishing', '海で釣りをして魚図鑑をコンプリートするゲーム'],
  ['breakout', 'ブロック崩しがしたい！玉は速めで'],
  ['cards', '動物の絵の神経衰弱を作ってほしい'],
  ['duel', '友だちと1台のスマホで2人対戦できるエアホッケー'],
  ['shooting', 'A space shooter where my cat fights aliens'],
  ['shooting', 'make a fast shooting game with a big boss at the end'],
  ['catch', 'A bear that catches falling apples and avoids bees'],
  ['catch', 'A 3D game where a cat catches mice'],
  ['catch', 'A bird that flies through the sky'],
  ['catch', 'a fish swims through the sea and eats smaller fish'],
  ['runner', 'I want a game where a fox runs through the forest and jumps over rocks'],
  ['runner', 'A platformer where a robot jumps from platform to platform'],
  ['blocks', 'A relaxing candy matching puzzle'],
  ['tap', 'Whack-a-mole with 5 lives please'],
  ['quiz', 'A quick math quiz for my daughter'],
  ['maze', 'Help a mouse find its way out of a maze'],
  ['ride', 'A 3D car race on a highway, reach the finish line as fast as you can'],
  ['rhythm', 'A rhythm game where you tap notes to the beat'],
  ['fishing', 'A calm fishing game on the sea, watch out for sharks'],
  ['bubbles', 'A bubble shooter with colorful bubbles'],
  ['battle', 'A card battle where a knight fights a dragon'],
  ['duel', 'Air hockey for two players on one phone'],
];

/** The same with a part that no engine has, and words that have to be named. */
const GAPS: readonly (readonly [named: string, wish: string])[] = [
  ['重力', '忍者が重力を反転させながら走るゲーム'],
  ['ドリフト', '3Dのレースゲームで、ドリフトできるやつ'],
  ['カード', 'カードで武器を選ぶ宇宙シューティング'],
  ['タワーディフェンス', 'お城を守るタワーディフェンスを作って'],
  ['スポーツゲーム', 'サッカーのPKゲームがやりたい'],
  ['会話', '勇者が村人と会話しながら魔王を倒すRPG'],
  ['パズル', 'パズルで鍵を作って進む迷路'],
  ['オンライン', 'オンラインで友だちと対戦できるレース'],
  ['ノベルゲーム', '学校が舞台の恋愛ノベルゲーム'],
  ['巻き戻せる', '時間を巻き戻せるシューティング'],
  ['着せかえ', '猫を着せ替えしながら走るランゲーム'],
  ['落ち物パズル', 'テトリスみたいな落ち物パズル'],
  ['対局', 'オセロを作って'],
  ['ロープ', 'サルがロープで飛び移るアクションゲーム'],
  ['天気', '天気が変わる釣りゲーム'],
  ['追いかける', '犬が猫を追いかけるゲーム'],
  ['届ける', 'サンタがプレゼントを届けるゲーム'],
  ['渡る', 'カエルが道路を渡るゲーム'],
  ['gravity', 'A runner where gravity flips when you tap'],
  ['drift', 'A 3D racing game with drift'],
  ['tower defence', 'Make a tower defense game with wizards'],
  ['inventory', 'A maze game with an inventory'],
  ['sports', 'A penalty shootout football game'],
  ['editor', 'A platformer with a level editor'],
  ['story', 'A shooter that tells a love story'],
  ['recipe', 'A cooking game where you follow a recipe'],
  ['voice', 'A rhythm game that you play with your voice'],
  ['online', 'An online card battle'],
  ['capitals', 'A trivia quiz about capitals'],
  ['hook', 'A ninja runner with a grappling hook'],
  ['portals', 'Brick breaker with portals'],
  ['pencil puzzle', 'A crossword puzzle'],
  ['flapping', 'a game where a bird flies between pipes'],
  ['chases', 'A dog chases a cat'],
  ['crosses', 'a frog crosses the road'],
  ['delivery', 'A pizza delivery game'],
  ['trade', 'An idle farm where you trade with neighbours'],
];

describe('of natural wishes, in both languages,', () => {
  it.each(MET)('as a game of %s: %s: nothing is named as missing', (genre, wish) => {
    const theme = themeOf(wish);
    expect([theme.genre, unmetParts(theme)]).toEqual([genre, []]);
    expect(createdText(theme)).not.toMatch(NAMES_A_GAP);
    expect(GENRES[genre].meets).toContain(theme.dimension);
  });

  it.each(GAPS)('“%s” is named: %s', (named, wish) => {
    expect(createdText(themeOf(wish))).toMatch(new RegExp(named, 'i'));
    expect(createdText(themeOf(wish))).toMatch(NAMES_A_GAP);
  });
});

/** What each example of the welcome bubble leads to, in the order of both its lists. */
const EXAMPLES: readonly (readonly [Genre, figures: RegExp, setting?: string])[] = [
  ['shooting', /ロケット|rocket/],
  ['tap', /どうぶつ|animal/, 'collects: 1'],
  ['blocks', /./],
  ['ride', /くるま|car/, 'timeLimit: 60'],
  ['runner', /./, 'gaps: 1'],
  ['tap', /的|target/, 'collects: 0'],
  ['ride', /ボール|ball/, 'goal: 700'],
  ['maze', /./],
  ['catch', /(?:かご|basket).*(?:フルーツ|fruit)/],
  ['rhythm', /音符|note/],
  ['fishing', /さかな|fish/],
  ['tap', /もぐら|mole/, 'collects: 0'],
  ['duel', /./],
  ['bubbles', /泡|bubble/],
  ['runner', /./, 'gaps: 0'],
];

/** The wishes that the welcome bubble writes into the input, of both its lists. */
const CHIPS = [
  ...readFileSync(path.join(PROJECT_ROOT, 'public/js/texts/examples.js'), 'utf8').matchAll(
    /request:\s*'([^']+)'/g,
  ),
].map(([, request = '']) => request);

describe.each(['ja', 'en'] as const)('the examples of the welcome bubble (%s)', (language) => {
  it('lead to what they promise, with the figures that they name, and miss nothing', () => {
    const themes = CHIPS.map(themeOf).filter((theme) => theme.language === language);
    expect(themes).toHaveLength(EXAMPLES.length);
    for (const [at, theme] of themes.entries()) {
      const [genre, figures, setting = ''] = EXAMPLES[at]!;
      const { wish, player, enemy, item, dimension } = theme;
      expect([wish, theme.genre]).toEqual([wish, genre]);
      expect(createdText(theme), wish).not.toMatch(NAMES_A_GAP);
      expect([player, enemy, item].map(({ name }) => name).join()).toMatch(figures);
      expect(composeGame(theme)).toContain(setting);
      expect(wish).toMatch(new RegExp(dimension, 'i'));
    }
  });
});
