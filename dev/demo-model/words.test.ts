import { describe, expect, it } from 'vitest';
import { wantsNewGame } from './conversation.js';
import { planEdits } from './edits/plan.js';
import { GameSource } from './edits/source.js';
import { composeGame } from './games/compose.js';
import type { Dimension } from './theme/types.js';
import { themeFromText } from './theme/theme.js';
import { firstWishes, nextWishes } from './wishes.js';
import { createdText, planText, specText } from './words.js';

const textsFor = (request: string, dimension: Dimension | null = null): string[] => {
  const theme = themeFromText(request, { styleId: null, dimension });
  return [planText(theme), createdText(theme)];
};

describe('the demo model tells what it makes', () => {
  it.each([
    ['タワーディフェンスを作って', '「タワーディフェンス」の型がない'],
    ['サッカーゲーム', '「スポーツゲーム」の型がない'],
    ['オセロを作って', '「対局ゲーム」の型がない'],
    ['テトリスみたいなゲーム', '「落ち物パズル」の型がない'],
    ['2Dのレースゲーム', '「2D のレース」の型がない'],
    ['3Dのクイズ', '「3D のクイズ」の型がない'],
    ['なにかおもしろいの', 'どんな種類のゲームか分からなかった'],
    ['Make a tower defense game', 'has no tower defence'],
    ['2Dの防衛ゲーム', '「タワーディフェンス」の型がない'],
    ['a 3D fishing game', 'has no 3D fishing game'],
    ['a 2D racing game', 'has no 2D race'],
    ['something fun', 'could not tell what kind'],
  ])('says what %s does not get, and what it gets', (request, sentence) => {
    for (const text of textsFor(request)) {
      expect(text).toContain(sentence);
      expect(text).toContain('DEMO');
    }
  });

  it.each([
    '宇宙のシューティングゲーム',
    '猫が魚を集めるゲーム',
    '忍者が走るランゲーム',
    'フルーツのパズル',
    'リズムゲームを作って',
    '釣りゲーム',
    'ブロック崩し',
    'もぐらたたき',
    '動物クイズ',
    '迷路から脱出するゲーム',
    '2048みたいな数字パズル',
    '牛の放置ゲーム',
    '勇者が魔王と戦うRPG',
    '3Dのレース',
    '3Dのシューティング',
    'a space shooter',
    'a maze with ghosts',
    'a math quiz',
    'a turn-based battle with dragons',
  ])('says nothing of the kind where %s fits', (request) => {
    for (const text of textsFor(request))
      expect(text).not.toMatch(/型がない|分からなかった|has no|could not/);
  });

  it('in the language of the wish, and with wishes that it can grant', () => {
    for (const request of [
      'a maze with ghosts',
      'a math quiz',
      '動物クイズ',
      '放置ゲーム',
      '迷路',
      'RPG',
    ]) {
      const text = textsFor(request)[1] ?? '';
      const isEnglish = /^[ -~]+$/.test(request);
      const [body = '', wishes = ''] = text.split('提案: ');
      if (isEnglish) expect(wishes).toMatch(/^[ -~、]+$/);
      else expect(body).toMatch(/できました/);
      const page = composeGame(themeFromText(request));
      expect(page).toContain(`<html lang="${isEnglish ? 'en' : 'ja'}">`);
      for (const wish of wishes.split('、'))
        expect(planEdits(wish, page, null).done, `${request}: ${wish}`).not.toEqual([]);
    }
  });
});

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

describe.each([
  ['shooting', 'a space shooter', '2d'],
  ['catch', 'a cat collects fish', '2d'],
  ['runner', 'a ninja runner', '2d'],
  ['blocks', 'a fruit puzzle', '2d'],
  ['tap', 'whack a mole', '2d'],
  ['quiz', 'a math quiz', '2d'],
  ['maze', 'a maze with ghosts', '2d'],
  ['board', 'something like 2048', '2d'],
  ['idle', 'a cow clicker', '2d'],
  ['battle', 'a turn-based battle with dragons', '2d'],
  ['rhythm', 'a rhythm game', '2d'],
  ['fishing', 'a fishing game', '2d'],
  ['breakout', 'break the bricks with a ball', '2d'],
  ['bubbles', 'a bubble shooter', '2d'],
  ['cards', 'a memory card game', '2d'],
  ['duel', 'air hockey for two players', '2d'],
  ['ride3d', 'a car race', '3d'],
  ['shooting3d', 'a space shooter', '3d'],
  ['stack3d', 'a puzzle', '3d'],
] as const)('of a game of %s, wished for in English,', (engine, request, dimension) => {
  const theme = themeFromText(request, { styleId: null, dimension });
  const page = composeGame(theme);

  it('it tells in English, also in its spec', () => {
    expect(theme.engine).toBe(engine);
    const spec = specText(theme).replace('ゲーム名', '');
    for (const text of [planText(theme), createdText(theme), spec])
      expect(text.replace('提案: ', '')).not.toMatch(JAPANESE);
  });

  it('it suggests only what it can grant, in English as in Japanese', () => {
    const seeds = Array.from({ length: 15 }, (_, seed) => seed);
    const source = new GameSource(page);
    for (const language of ['en', 'ja'] as const) {
      const first = seeds.flatMap((seed) => firstWishes({ ...theme, seed }, language));
      const next = seeds.flatMap((seed) => nextWishes(source, `${seed}`, language));
      const wishes = new Set([...first, ...next]);
      expect(wishes.size).toBeGreaterThan(10);
      for (const wish of wishes) {
        const { edits, unknown } = planEdits(wish, page, null);
        expect([wish, edits.length > 0, unknown]).toEqual([wish, true, []]);
        expect([wish, JAPANESE.test(wish)]).toEqual([wish, language === 'ja']);
      }
    }
  });
});

it('the demo model suggests other games in English where it can change nothing', () => {
  const wishes = nextWishes(new GameSource('<p>x</p>'), 'x', 'en');
  expect(wishes.map((wish) => wantsNewGame(wish))).toEqual([true, true, true]);
  expect(wishes.join()).not.toMatch(JAPANESE);
});
