import { describe, expect, it } from 'vitest';
import { planEdits } from './edits/plan.js';
import { composeGame } from './games/compose.js';
import type { Dimension } from './theme/types.js';
import { themeFromText } from './theme/theme.js';
import { createdText, planText } from './words.js';

const textsFor = (request: string, dimension: Dimension | null = null): string[] => {
  const theme = themeFromText(request, { styleId: null, dimension });
  return [planText(theme, request), createdText(theme, request)];
};

describe('the demo model tells what it makes', () => {
  it.each([
    ['タワーディフェンスを作って', '「タワーディフェンス」の型がない'],
    ['リズムゲームを作って', '「リズムゲーム」の型がない'],
    ['サッカーゲーム', '「スポーツゲーム」の型がない'],
    ['オセロを作って', '「対局ゲーム」の型がない'],
    ['テトリスみたいなゲーム', '「落ち物パズル」の型がない'],
    ['2Dのレースゲーム', '「2D のレース」の型がない'],
    ['3Dのクイズ', '「3D のクイズ」の型がない'],
    ['なにかおもしろいの', 'どんな種類のゲームか分からなかった'],
    ['Make a tower defense game', 'has no tower defence'],
    ['2Dの防衛ゲーム', '「タワーディフェンス」の型がない'],
    ['a fishing game', 'has no fishing game'],
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
      for (const wish of wishes.split('、'))
        expect(planEdits(wish, page, null).done, `${request}: ${wish}`).not.toEqual([]);
    }
  });
});
