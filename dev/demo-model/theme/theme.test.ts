import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figuresIn } from './cast.js';
import { STYLE_IDS } from './palettes.js';
import { themeFromText } from './theme.js';

const HEX = /^#[0-9a-f]{6}$/i;

describe('a theme', () => {
  it.each([
    ['2Dのシューティングゲームを作って', 'shooting'],
    ['宇宙船でエイリアンを撃つやつ', 'shooting'],
    ['make a space shooter', 'shooting'],
    ['猫が魚を集めるゲーム', 'catch'],
    ['猫が魚をつかまえる2Dゲームを作って', 'catch'],
    ['ねずみを捕まえるゲーム', 'catch'],
    ['釣りゲームがしたい', 'fishing'],
    ['dodge the falling rocks', 'catch'],
    ['忍者がジャンプするゲーム', 'runner'],
    ['恐竜が走り続けるゲーム', 'runner'],
    ['横スクロールの冒険', 'runner'],
    ['フルーツのマッチパズル', 'blocks'],
    ['テトリスみたいなの', 'blocks'],
    ['脳トレになるもの', 'blocks'],
    ['もぐらたたき', 'tap'],
    ['a bug catching game', 'tap'],
    ['カブト虫をつかまえる', 'tap'],
    ['リズムゲームを作って', 'rhythm'],
    ['風船を割るゲーム', 'tap'],
    ['ブロック崩し', 'breakout'],
    ['同じ色の泡を消すゲーム', 'bubbles'],
    ['神経衰弱', 'cards'],
    ['カードバトル', 'battle'],
    ['two players on one phone', 'duel'],
    ['2人対戦のレース', 'ride'],
    ['ブロックを高く積む', 'stack'],
    ['レースゲーム', 'ride'],
    ['玉転がし', 'ride'],
    ['スキーで滑る', 'ride'],
    ['クイズゲームを作って', 'quiz'],
    ['Make a math quiz', 'quiz'],
    ['迷路から脱出する', 'maze'],
    ['a maze with ghosts', 'maze'],
    ['敵に捕まったら終わりの迷路', 'maze'],
    ['run from a dog through a maze without being caught', 'maze'],
    ['釣り橋を渡る', 'runner'],
    ['おまつりでジャンプ', 'runner'],
    ['2048みたいな数字パズル', 'board'],
    ['something like 2048', 'board'],
    ['クッキーのクリッカー', 'idle'],
    ['魔王を倒すRPG', 'battle'],
    ['a turn-based battle with dragons', 'battle'],
  ])('maps %s to %s', (request, genre) => {
    expect(themeFromText(request).genre).toBe(genre);
  });

  it.each([
    ['シューティング', '3d', 'shooting3d'],
    ['走るゲーム', '3d', 'ride3d'],
    ['パズル', '3d', 'stack3d'],
    ['レース', '2d', 'catch'],
    ['レース', '3d', 'ride3d'],
    ['もぐらたたき', '2d', 'tap'],
  ] as const)('plays %s in %s by the engine %s', (request, dimension, engine) => {
    expect(themeFromText(request, { styleId: null, dimension }).engine).toBe(engine);
  });

  it(
    'takes the dimension from the words when the product chose none, and from the ' +
      'product when it did',
    () => {
      expect(themeFromText('3Dのシューティング').dimension).toBe('3d');
      expect(themeFromText('３Ｄのシューティング').dimension).toBe('3d');
      expect(
        themeFromText('3Dのシューティング', { styleId: null, dimension: '2d' }).dimension,
      ).toBe('2d');
    },
  );

  it('gives the parts to whom the sentence gives them', () => {
    const theme = themeFromText('サメから逃げるペンギンが魚を食べるゲーム');
    expect([theme.player.name, theme.enemy.name, theme.item.name]).toEqual([
      'ペンギン',
      'サメ',
      'さかな',
    ]);
    const english = themeFromText('a game where a cat collects stars and avoids zombies');
    expect([english.player.emoji, english.item.emoji, english.enemy.emoji]).toEqual([
      '🐱',
      '⭐',
      '🧟',
    ]);
  });

  it.each([
    ['猫がねずみを捕まえるゲーム', '🐱', '🐭'],
    ['警察が泥棒を追いかけるゲーム', '👮', '🦹'],
    ['サンタがプレゼントを届けるゲーム', '🎅', '🎁'],
    ['カブト虫をつかまえるゲーム', null, '🐛'],
    ['a bug catching game', null, '🐛'],
    ['A dog chases a cat', '🐶', '🐱'],
  ])('collects what is caught, chased or delivered: %s', (request, player, item) => {
    const theme = themeFromText(request);
    expect([player && theme.player.emoji, theme.item.emoji]).toEqual([player, item]);
  });

  it.each([
    ['ロケット', 'a rocket', '🚀'],
    ['人魚', 'a mermaid', '🧜‍♀️'],
    ['消防車', 'a fire truck', '🚒'],
    ['スイカ', 'a watermelon', '🍉'],
    ['王冠', 'a crown', '👑'],
    ['カップケーキ', 'a cupcake', '🧁'],
    ['パイナップル', 'a pineapple', '🍍'],
    ['トラクター', 'a tractor', '🚜'],
    ['カウボーイ', 'a cowboy', '🤠'],
  ])('%s, %s is no shorter word that it contains', (ja, en, emoji) => {
    const drawn = [`${ja}のゲーム`, `${en} game`].map((text) => figuresIn(text)[0]?.emoji);
    expect(drawn).toEqual([emoji, emoji]);
  });

  it('never gives one figure two parts', () => {
    for (const request of [
      'ゲーム',
      '猫',
      '星を集める',
      'おばけ退治',
      'もぐらたたき',
      '車のレース',
    ]) {
      const { player, enemy, item } = themeFromText(request);
      expect(new Set([player.emoji, enemy.emoji, item.emoji]).size, request).toBe(3);
    }
  });

  it('takes a title that was asked for, and makes one of the subject otherwise', () => {
    expect(themeFromText('タイトルは「月夜のうさぎ」で、跳ぶゲーム').title).toBe('月夜のうさぎ');
    expect(themeFromText('a jumping game called Moon Hop').title).toBe('Moon Hop');
    for (const request of ['a space shooter', 'a maze with ghosts', 'a quiz for kids'])
      expect(themeFromText(request).title).toMatch(/^[A-Z][A-Za-z]+(?: [A-Z][a-z]+)+$/);
    expect(themeFromText('たこ焼き職人のゲームを作って').title).toContain('たこ焼き職人');
  });

  it('hears pace, difficulty, lives and seconds', () => {
    expect(themeFromText('速いシューティング').speed).toBeGreaterThan(
      themeFromText('ゆっくりなシューティング').speed,
    );
    expect(themeFromText('難しいパズル').difficulty).toBeGreaterThan(
      themeFromText('かんたんなパズル').difficulty,
    );
    expect(themeFromText('ライフ7のシューティング').lives).toBe(7);
    expect(themeFromText('45秒で遊ぶもぐらたたき').timeLimitSeconds).toBe(45);
  });

  it('hears colours of the parts', () => {
    const { palette } = themeFromText('青いロボットが赤い敵を倒すゲーム');
    expect(palette.playerColor).toBe('#2563eb');
    expect(palette.enemyColor).toBe('#ef4444');
  });

  it('takes the colours of every style', () => {
    for (const dimension of ['2d', '3d'] as const) {
      const tops = STYLE_IDS[dimension].map(
        (styleId) => themeFromText('ゲーム', { styleId, dimension }).palette.playerColor,
      );
      expect(tops.every((hex) => HEX.test(hex))).toBe(true);
    }
    expect(STYLE_IDS['2d']).toHaveLength(19);
    expect(STYLE_IDS['3d']).toHaveLength(12);
  });

  it('comes out of any text, the same every time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const theme = themeFromText(text);
        expect(theme.title.length).toBeGreaterThan(0);
        expect(
          Object.values({ ...theme.palette, look: '#000000' }).every((hex) => HEX.test(hex)),
        ).toBe(true);
        expect(themeFromText(text)).toEqual(theme);
      }),
    );
  });
});
