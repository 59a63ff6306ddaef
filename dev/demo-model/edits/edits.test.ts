import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeGame } from '../games/compose.js';
import { themeFromText } from '../theme/theme.js';
import type { Dimension } from '../theme/types.js';
import { FEATURES } from './features.js';
import { planEdits } from './plan.js';

const gameOf = (request: string, dimension: Dimension = '2d'): string =>
  composeGame(themeFromText(request, { styleId: null, dimension }));
const SHOOTING = gameOf('宇宙のシューティング');

/** Applies edits as the Edit tool does: the old text has to stand exactly once. */
function applied(html: string, request: string): string {
  return planEdits(request, html, null).edits.reduce((text, { oldString, newString }) => {
    expect(text.split(oldString), oldString).toHaveLength(2);
    return text.replace(oldString, () => newString);
  }, html);
}

/** Lines that are gone and lines that are new. */
function changes(before: string, after: string): { gone: string[]; came: string[] } {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const tidy = (line: string): string =>
    line
      .trim()
      .replace(/\s*\/\/.*$/, '')
      .replace(/,$/, '');
  return {
    gone: old.filter((line) => !now.includes(line)).map(tidy),
    came: now.filter((line) => !old.includes(line)).map(tidy),
  };
}

/** What a person can tune, too, stands where he tunes it. */
const SKY = '{"name":"backgroundTop","label":"空の色","kind":"color","value":"%s"}';

describe('a change request', () => {
  it.each([
    ['敵を青にして', ["enemyColor: '#2563eb'"]],
    ['プレイヤーをピンクにして', ["playerColor: '#ec4899'"]],
    ['弾を赤くして', ["shotColor: '#ef4444'"]],
    ['もっと速くして', ['gameSpeed: 1.35']],
    ['敵をもっと速くして', ['enemySpeed: 124']],
    ['主人公を少し大きく', ['playerSize: 69']],
    ['敵を小さくして', ['enemySize: 34.1']],
    ['ライフを5に', ['lives: 5']],
    ['制限時間を45秒にして', ['timeLimit: 45']],
    ['敵の数を半分にして', ['enemyRate: 0.5']],
    ['タイトルを「夜空の戦い」に変えて', ['<title>夜空の戦い</title>']],
    ['敵をゾンビにして', ["enemyEmoji: '🧟'", "enemyName: 'ゾンビ'"]],
    ['音を消して', ['volume: 0']],
    ['連射を速くして', ['shotInterval: 0.111']],
    ['スコアを2倍にして', ['scorePerItem: 60']],
    [
      '背景を夕方にして',
      [SKY.replace('%s', '#ff6f61'), "backgroundBottom: '#ffd08a'", "sceneryColor: '#a8506b'"],
    ],
    ['文字を黄色にして', ["textColor: '#facc15'"]],
    ['敵を青くしてプレイヤーを大きくしてください', ['playerSize: 81', "enemyColor: '#2563eb'"]],
    [
      '敵と背景を緑にして',
      [SKY.replace('%s', '#22c55e'), "backgroundBottom: '#6fd996'", "enemyColor: '#22c55e'"],
    ],
    ['プレイヤーの速さを上げて', ['playerSpeed: 16.2']],
    ['敵を消して', ['enemyRate: 0']],
    ['敵を速くしないで', []],
    ['make the enemies red', ["enemyColor: '#ef4444'"]],
    ['Give me five lives', ['lives: 5']],
    ['Give me more health', ['lives: 5']],
    ['Make the time limit two minutes', ['timeLimit: 120']],
    ['Turn the sound down', ['volume: 0.5']],
    ['アイテムを1つ50点にして', ['scorePerItem: 50']],
    ['Make each item worth 40 points', ['scorePerItem: 40']],
  ])('「%s」 changes exactly that', (request, expected) => {
    const { came, gone } = changes(SHOOTING, applied(SHOOTING, request));
    expect(came).toEqual(expected);
    expect(gone).toHaveLength(expected.length);
  });

  it('adds a feature as code in its place, and takes the very same out again', () => {
    const added = applied(SHOOTING, 'ボスを追加して');
    const { gone } = changes(SHOOTING, added);
    expect(gone).toEqual([]);
    expect(added).toContain('【ボス】');
    expect(applied(added, 'ボスを消して')).toBe(SHOOTING);
  });

  it(
    'moves a game to another place: its colours and the painter of the background, ' +
      'nothing else',
    () => {
      const after = applied(SHOOTING, '背景を海にして');
      expect(after).toContain("scenery: 'sea'");
      expect(after).toMatch(/^ {2}sea: \{$/m);
      expect(after).not.toMatch(/^ {2}space: \{$/m);
      expect(after.slice(after.indexOf('function drawScenery'))).toBe(
        SHOOTING.slice(SHOOTING.indexOf('function drawScenery')),
      );
    },
  );

  it('knows the figures of the game by their names', () => {
    const game = gameOf('忍者がジャンプして鬼をよけるゲーム');
    expect(changes(game, applied(game, '鬼を紫に、忍者を大きくして')).came).toEqual([
      'playerSize: 83.7',
      "enemyColor: '#8b5cf6'",
    ]);
  });

  it.each([
    ['ボールが敵を撃つゲーム', 'ボールを速くして', ['playerSpeed: 16.2'], '主人公を速くしました'],
    ['ボールが敵を撃つゲーム', '弾を速くして', ['shotSpeed: 1030'], '弾を速くしました'],
    ['ボールを撃つシューティング', 'ボールを速くして', ['enemySpeed: 124'], '敵を速くしました'],
    ['a ball that shoots enemies', 'make the ball red', ["playerColor: '#ef4444'"], null],
    ['宇宙のシューティング', 'ボールを速くして', ['shotSpeed: 1030'], '弾を速くしました'],
    ['ブロック崩し', '玉を速くして', ['shotSpeed: 540'], '玉を速くしました'],
    ['ボールでブロック崩し', 'make the ball faster', ['shotSpeed: 540'], '玉を速くしました'],
  ])(
    'takes a ball for the figure that is one, else for the shots: %s, %s',
    (made, asked, to, says) => {
      const game = gameOf(made);
      expect(changes(game, applied(game, asked)).came).toEqual(to);
      if (says !== null) expect(planEdits(asked, game, null).done).toMatchObject([{ ja: says }]);
    },
  );

  it('renames the game in its spec too', () => {
    const { specEdits } = planEdits(
      'タイトルを「新名」にして',
      SHOOTING,
      '# 仕様\n\n- ゲーム名: 旧名\n- 他',
    );
    expect(specEdits).toEqual([{ oldString: '- ゲーム名: 旧名', newString: '- ゲーム名: 新名' }]);
  });

  it('says what it does not understand, and does the rest', () => {
    const plan = planEdits('敵を青にして。歌って踊れるようにして', SHOOTING, null);
    expect(plan.edits).toHaveLength(1);
    expect(plan.unknown).toEqual(['歌って踊れるようにして']);
    expect(planEdits('なんかいい感じにして', SHOOTING, null)).toMatchObject({
      edits: [],
      done: [],
      unknown: ['なんかいい感じにして'],
    });
  });

  it('says so when it is like that already', () => {
    const plan = planEdits('敵を青にして', applied(SHOOTING, '敵を青にして'), null);
    expect(plan.edits).toEqual([]);
    expect(plan.done.map(({ ja }) => ja).join()).toContain('もうそうなっています');
  });

  it.each([
    ['catch', '2d', '猫が魚を集める', '魚が落ちるスピードを速く', 'itemSpeed'],
    ['runner', '2d', 'ジャンプするゲーム', 'ジャンプを高くして', 'jumpPower'],
    ['blocks', '2d', 'パズル', 'マスを増やして', 'columns'],
    ['tap', '2d', 'もぐらたたき', '穴を増やして', 'holes'],
    ['ride3d', '3d', 'レース', '敵を増やして', 'enemyRate'],
    ['shooting3d', '3d', 'シューティング', '弾を速くして', 'shotSpeed'],
    ['stack3d', '3d', 'パズル', 'かんたんにして', 'perfectRange'],
  ] as const)('reaches what only %s has', (_, dimension, request, change, key) => {
    const game = gameOf(request, dimension);
    expect(changes(game, applied(game, change)).came.join()).toContain(key);
  });
});

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

describe('a change request in English', () => {
  const shooter = gameOf('a space shooter');
  it.each([
    ['Rename the game to Night Sky', shooter],
    ['Give me 5 lives', shooter],
    ['Set the time limit to 45 seconds', shooter],
    ['Remove the time limit', gameOf('a math quiz')],
    ...FEATURES.map(({ name }) => [`Add ${name.en}`, shooter] as const),
    ['Remove the boss', shooter],
    ['Remove the boss', applied(shooter, 'Add a boss')],
    ['Add a boss', applied(shooter, 'Add a boss')],
    ['Make each item worth 40 points', shooter],
    ['Fire more shots', shooter],
    ['Make the shots bigger', shooter],
    ['Make the shots slower', shooter],
    ['Make the jump higher', gameOf('a ninja runner')],
    ['Less gravity', gameOf('a ninja runner')],
    ['Turn the sound down', shooter],
    ['Make the hero bigger', shooter],
    ['Make the blocks bigger', gameOf('a puzzle', '3d')],
    ['Make the enemies slower', shooter],
    ['Make it faster', shooter],
    ['Remove the items', shooter],
    ['Add more enemies', shooter],
    ['Add fewer items', shooter],
    ['Add more holes', gameOf('whack a mole')],
    ['Add more kinds of blocks', gameOf('a fruit puzzle')],
    ['Add more squares', gameOf('a fruit puzzle')],
    ['Make it harder', shooter],
    ['Make it neon style', shooter],
    ['Turn the enemies into zombies', shooter],
    ['Turn the hero into a 🐶', shooter],
    ['Make the enemies blue', shooter],
    ['Make the text yellow', shooter],
    ['Make the background green', shooter],
    ['Make the background a sunset', shooter],
    ['Make the background the sea', shooter],
    ['Make the background darker', shooter],
    ['Make the enemies red', applied(shooter, 'Make the enemies red')],
    ['Show this image for the enemies', shooter],
  ] as const)('「%s」 is answered in English', (request, game) => {
    const { done, edits, unknown } = planEdits(request, game, null, {
      attached: ['images/a-1.webp'],
      styleId: null,
    });
    expect([done.length > 0, unknown]).toEqual([true, []]);
    for (const { en } of done) expect(en).not.toMatch(JAPANESE);
    for (const { newString } of edits.filter(({ oldString }) => !oldString.includes('追加機能')))
      expect(newString.replace(/\/\/.*/g, '')).not.toMatch(JAPANESE);
  });

  it.each([
    ['a maze with ghosts', 'Make the ghosts red', 'enemyColor'],
    ['a cat collects stars and avoids zombies', 'Make the cat purple', 'playerColor'],
    ['a cat collects stars and avoids zombies', 'Make the zombies bigger', 'enemySize'],
    ['a cat collects stars and avoids zombies', 'More stars', 'itemRate'],
    ['a city jumping game', 'Make each coin worth 50 points', 'scorePerItem'],
  ])('in %s, “%s” finds the figure by its name', (wish, request, setting) => {
    const game = gameOf(wish);
    expect(changes(game, applied(game, request)).came).toEqual([
      expect.stringMatching(`^${setting}:`),
    ]);
  });

  it('does not take a part of a word for a name', () => {
    const game = gameOf('a cat collects stars and avoids zombies');
    expect(planEdits('Start to catch it in purple', game, null).edits).toEqual([]);
  });

  it('adds to a page what the language of the page says, whoever asks', () => {
    expect(applied(shooter, 'ボスを追加して')).toContain("announce('A boss!', ");
    expect(applied(SHOOTING, 'Add a boss')).toContain("announce('ボス出現！', ");
    expect(applied(shooter, '敵をゾンビにして')).toContain("enemyName: 'zombie'");
    expect(applied(SHOOTING, 'Turn the enemies into zombies')).toContain("enemyName: 'ゾンビ'");
    expect(applied(applied(shooter, 'Add a boss'), 'ボスを消して')).toBe(shooter);
  });
});

describe('a file that somebody edited by hand', () => {
  it('keeps the hand-made parts', () => {
    const own = SHOOTING.replace(/ {2}enemyColor: .*/, '\tenemyColor : "tomato" // mine').replace(
      "'use strict';",
      "'use strict'; // lives: 3, here too",
    );
    expect(applied(own, '敵を青に、ライフを5に')).toBe(
      own.replace('"tomato"', "'#2563eb'").replace(/ {2}lives: 3/, '  lives: 5'),
    );
  });

  it('is edited by more lines where one line stands twice', () => {
    const own =
      `<title>x</title>\n${SHOOTING.slice(SHOOTING.indexOf('<script>'))}\n/` +
      `*\n${/^ {2}lives: .*$/m.exec(SHOOTING)?.[0] ?? ''}\n*/`;
    expect(applied(own, 'ライフを6に').match(/lives: 6/g)).toHaveLength(1);
  });

  it('is left alone when it is no game of this kind', () => {
    const other =
      '<!doctype html><title>other</title><canvas></canvas><script>let speed = 3;</script>';
    expect(planEdits('敵を青にして、速くして、ボスを追加して', other, null).edits).toEqual([]);
    expect(applied(other, 'タイトルを「別物」にして')).toContain('<title>別物</title>');
  });

  it(
    'never gets an edit whose old text is not there exactly once, whatever is asked of ' +
      'whatever file',
    () => {
      const words = fc.constantFrom(
        '敵',
        '背景',
        '青',
        'を',
        'に',
        '大きく',
        '速く',
        'して',
        '、',
        'ライフ',
        '5',
        'ボス',
        '追加',
        '消して',
        'タイトル',
        '「x」',
        '海',
        '夜',
        '猫',
        'BGM',
        'ネオン風',
        '増やして',
        '\n',
      );
      const request = fc.array(words, { maxLength: 14 }).map((list) => list.join(''));
      const cut = fc.nat({ max: SHOOTING.length });
      fc.assert(
        fc.property(request, cut, cut, (text, from, to) => {
          applied(SHOOTING.slice(0, Math.min(from, to)) + SHOOTING.slice(Math.max(from, to)), text);
        }),
        { numRuns: 150 },
      );
    },
  );
});
