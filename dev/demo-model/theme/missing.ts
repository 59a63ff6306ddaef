import type { Words } from '../languages.js';
import { anyOf } from './any-of.js';
import { genreScores } from './genres.js';
import type { Engine, Theme } from './types.js';

/** Kinds of games that people wish for and that no engine here plays. */
const MISSING: readonly (readonly [RegExp, Words])[] = [
  [
    /タワーディフェンス|防衛ゲーム|tower ?defen[cs]e/i,
    { ja: 'タワーディフェンス', en: 'tower defence' },
  ],
  [/リズム|音ゲー|太鼓|rhythm/i, { ja: 'リズムゲーム', en: 'rhythm game' }],
  [/釣|つり(?!革)|フィッシング|fishing/i, { ja: '釣りゲーム', en: 'fishing game' }],
  [
    anyOf(
      /サッカー|野球|バスケ|テニス|ゴルフ|卓球|バレー|ボウリング/,
      /soccer|football|baseball|basketball|tennis|golf|bowling/,
    ),
    { ja: 'スポーツゲーム', en: 'sports game' },
  ],
  [/格闘|fighting game/i, { ja: '格闘ゲーム', en: 'fighting game' }],
  [/推理|探偵|ミステリー|mystery|detective/i, { ja: '推理ゲーム', en: 'mystery game' }],
  [/ノベル|恋愛|visual novel|dating/i, { ja: 'ノベルゲーム', en: 'visual novel' }],
  [/脱出ゲーム|escape room/i, { ja: '脱出ゲーム', en: 'escape room' }],
  [
    /シミュレーション|経営|街づくり|simulation|tycoon|city builder/i,
    { ja: 'シミュレーション', en: 'simulation' },
  ],
  [
    /カードゲーム|トランプ|神経衰弱|ソリティア|card game|solitaire|memory card/i,
    { ja: 'カードゲーム', en: 'card game' },
  ],
  [
    /オセロ|リバーシ|将棋|チェス|囲碁|五目|三目|まるばつ|chess|reversi|othello|tic.?tac/i,
    { ja: '対局ゲーム', en: 'board game for two' },
  ],
  [/ブロック崩し|breakout|arkanoid/i, { ja: 'ブロック崩し', en: 'brick breaker' }],
  [/ピンボール|pinball/i, { ja: 'ピンボール', en: 'pinball' }],
  [/テトリス|落ち物|おちもの|tetris/i, { ja: '落ち物パズル', en: 'falling blocks game' }],
  [/数独|ナンプレ|クロスワード|sudoku|crossword/i, { ja: 'ペンシルパズル', en: 'pencil puzzle' }],
  [/スイカゲーム|suika/i, { ja: '落として合体させるゲーム', en: 'drop-and-merge game' }],
  [/ビリヤード|billiard|\bpool\b/i, { ja: 'ビリヤード', en: 'billiards' }],
  [/しりとり|タイピング|typing|word game/i, { ja: '言葉のゲーム', en: 'word game' }],
  [
    /オープンワールド|サンドボックス|open world|sandbox/i,
    { ja: 'オープンワールド', en: 'open world' },
  ],
  [/ステルス|stealth/i, { ja: 'ステルスゲーム', en: 'stealth game' }],
  [
    /対戦|二人|2人|オンライン|multiplayer|two players|online/i,
    { ja: '対戦', en: 'game for several' },
  ],
];

export const ENGINE_KINDS: Readonly<Record<Engine, Words>> = {
  shooting: { ja: 'シューティング', en: 'shooter' },
  catch: { ja: '集めてよけるゲーム', en: 'catch-and-dodge game' },
  runner: { ja: 'ランゲーム', en: 'endless runner' },
  blocks: { ja: '同じ絵を消すパズル', en: 'matching puzzle' },
  tap: { ja: 'たたきゲーム', en: 'whack game' },
  quiz: { ja: 'クイズ', en: 'quiz' },
  maze: { ja: '迷路', en: 'maze' },
  board: { ja: '数を合わせる盤', en: 'number-merging board' },
  idle: { ja: '育成クリッカー', en: 'clicker' },
  battle: { ja: 'ターンバトル', en: 'turn-based battle' },
  ride3d: { ja: '3D の道を走るゲーム', en: '3D road game' },
  shooting3d: { ja: '3D シューティング', en: '3D shooter' },
  stack3d: { ja: '3D の積み上げゲーム', en: '3D stacking game' },
};

const GENRE_KINDS: Readonly<Record<Theme['genre'], Words>> = {
  ...ENGINE_KINDS,
  ride: { ja: 'レース', en: 'race' },
};
/** What the 3D engines really are; every other genre in 3D, and a race in 2D, is only near. */
const TRUE_3D: ReadonlySet<string> = new Set(['ride ride3d', 'shooting shooting3d']);

/**
 * The kind of game that was wished for and is not what the engine plays; null when the engine fits,
 * `unknown` when the words name no kind at all.
 */
export function missingKind(request: string, theme: Theme): Words | 'unknown' | null {
  const text = request.normalize('NFKC');
  const named = MISSING.find(([words]) => words.test(text))?.[1];
  if (named) return named;
  if (Math.max(...genreScores(text).map(({ score }) => score)) === 0) return 'unknown';
  const { ja, en } = GENRE_KINDS[theme.genre];
  if (theme.dimension === '3d')
    return TRUE_3D.has(`${theme.genre} ${theme.engine}`)
      ? null
      : { ja: `3D の${ja}`, en: `3D ${en}` };
  return theme.genre === 'ride' ? { ja: `2D の${ja}`, en: `2D ${en}` } : null;
}
