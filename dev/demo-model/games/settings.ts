import type { Setting } from '../../../src/contracts/settings.js';
import { blockFigures } from '../theme/cast.js';
import type { Engine, Theme } from '../theme/types.js';

/** One line of a settings block: key, value, what a reader should know. */
type Line = readonly [key: string, value: string | number | string[], note: string];

const TWO_DECIMALS = 100;
const round = (value: number): number => Math.round(value * TWO_DECIMALS) / TWO_DECIMALS;

/** What an engine with a player, enemies and their rate has in common. */
function field(enemySpeed: number, rate: number): Line[] {
  return [
    ['playerSpeed', 12, '主人公が指についてくる速さ'],
    ['enemySpeed', enemySpeed, '敵の速さ'],
    ['enemyRate', round(rate), '敵の出やすさ(大きいほど多い)'],
  ];
}

/** Tunables that only one engine has. `rate` grows with the difficulty that was asked for. */
const ENGINE_SETTINGS: Record<Engine, (rate: number) => Line[]> = {
  shooting: (rate) => [
    ...field(92, rate),
    ['itemRate', 0.16, 'アイテムの出やすさ(0〜1)'],
    ['shotInterval', 0.17, '弾を撃つ間かく(秒)'],
    ['shotSpeed', 760, '弾の速さ'],
    ['shotSize', 8, '弾の大きさ'],
  ],
  catch: (rate) => [
    ...field(235, rate),
    ['itemRate', 1, 'アイテムの出やすさ(大きいほど多い)'],
    ['itemSpeed', 205, 'アイテムが落ちる速さ'],
  ],
  runner: (rate) => [
    ['enemySpeed', 285, '走る速さ(敵が近づく速さ)'],
    ['enemyRate', round(rate), '敵の出やすさ(大きいほど多い)'],
    ['itemRate', 0.7, 'アイテムの出やすさ(0〜1)'],
    ['jumpPower', 760, 'ジャンプの強さ'],
    ['gravity', 2100, '重力(小さいほどふわふわ)'],
  ],
  blocks: (rate) => [
    ['columns', 6, 'よこのマスの数'],
    ['blockKinds', 4, '絵の種類の数(3〜5)'],
    ['matchSize', 2, 'いくつつながれば消せるか'],
    ['drainSpeed', round(rate), '時間ゲージの減る速さ'],
  ],
  tap: (rate) => [
    ['enemyRate', round(rate), '敵の出やすさ(大きいほど多い)'],
    ['itemRate', 0.12, 'アイテムの出やすさ(0〜1)'],
    ['friendRate', 0.16, 'たたいてはいけない仲間の出やすさ(0〜1)'],
    ['popSeconds', 1.5, '顔を出している時間(秒)'],
    ['holes', 9, '穴の数'],
  ],
  quiz: () => [['answerSeconds', 9, '答える時間(秒)']],
  maze: () => [
    ['columns', 8, 'よこのマスの数'],
    ['playerSpeed', 12, '主人公の速さ'],
    ['enemySpeed', 90, '敵の速さ'],
    ['doorPoints', 100, '出口の点数'],
  ],
  board: () => [
    ['columns', 4, 'よことたてのマスの数'],
    ['startTiles', 3, '最初に置く数'],
  ],
  idle: () => [['helperGrowth', 1.22, '仲間のねだんの上がりかた']],
  battle: (rate) => [
    ['playerHealth', 60, '主人公の体力'],
    ['playerPower', 12, '主人公のこうげき力'],
    ['enemyHealth', 40, '敵の体力'],
    ['enemyPower', round(8 * rate), '敵のこうげき力'],
  ],
  ride3d: (rate) => [
    ...field(19, rate),
    ['itemRate', 1, 'アイテムの出やすさ(大きいほど多い)'],
    ['jumpPower', 9, 'ジャンプの強さ'],
    ['gravity', 24, '重力(小さいほどふわふわ)'],
  ],
  shooting3d: (rate) => [
    ...field(15, rate),
    ['itemRate', 0.18, 'アイテムの出やすさ(0〜1)'],
    ['shotInterval', 0.18, '弾を撃つ間かく(秒)'],
    ['shotSpeed', 62, '弾の速さ'],
  ],
  stack3d: () => [
    ['enemySpeed', 4.2, 'ブロックが動く速さ'],
    ['blockSize', 4, '最初のブロックの大きさ'],
    ['perfectRange', 0.22, 'ピッタリとみなすずれの広さ'],
  ],
};

const BODY_SIZES: Record<Engine, Line[]> = {
  shooting: [
    ['playerSize', 60, '主人公の大きさ'],
    ['enemySize', 46, '敵の大きさ'],
    ['itemSize', 38, 'アイテムの大きさ'],
  ],
  catch: [
    ['playerSize', 66, '主人公の大きさ'],
    ['enemySize', 48, '敵の大きさ'],
    ['itemSize', 44, 'アイテムの大きさ'],
  ],
  runner: [
    ['playerSize', 62, '主人公の大きさ'],
    ['enemySize', 50, '敵の大きさ'],
    ['itemSize', 36, 'アイテムの大きさ'],
  ],
  blocks: [],
  tap: [['enemySize', 84, '出てくるキャラクターの大きさ']],
  quiz: [],
  maze: [],
  board: [],
  idle: [],
  battle: [],
  ride3d: [
    ['playerSize', 64, '主人公の大きさ'],
    ['enemySize', 64, '敵の大きさ'],
    ['itemSize', 44, 'アイテムの大きさ'],
  ],
  shooting3d: [
    ['playerSize', 64, '主人公の大きさ'],
    ['enemySize', 64, '敵の大きさ'],
    ['itemSize', 48, 'アイテムの大きさ'],
  ],
  stack3d: [],
};

const POINTS: Record<Engine, number> = {
  shooting: 30,
  catch: 10,
  runner: 10,
  blocks: 10,
  tap: 10,
  quiz: 10,
  maze: 10,
  board: 10,
  idle: 10,
  battle: 50,
  ride3d: 10,
  shooting3d: 30,
  stack3d: 10,
};
/** Games without a natural end are played against the clock. */
const USUAL_LIMIT: Partial<Record<Engine, number>> = { tap: 60, quiz: 90, maze: 120, idle: 120 };
/** Nothing there takes a life. */
const WITHOUT_LIVES: ReadonlySet<Engine> = new Set(['board', 'idle', 'battle']);

function configLines(theme: Theme): Line[] {
  return [
    [
      'lives',
      WITHOUT_LIVES.has(theme.engine) ? 0 : theme.lives,
      'ライフ(失敗してよい回数)。0 なら使わない',
    ],
    [
      'timeLimit',
      theme.timeLimitSeconds ?? USUAL_LIMIT[theme.engine] ?? 0,
      '制限時間(秒)。0 なら制限なし',
    ],
    ['gameSpeed', round(theme.speed), 'ゲーム全体の速さ(1 = ふつう)'],
    [
      'speedUp',
      round(0.011 * theme.difficulty * TWO_DECIMALS) / TWO_DECIMALS,
      '1 秒ごとに速くなる割合',
    ],
    ['levelSeconds', 15, 'レベルが上がる間かく(秒)'],
    ['scorePerItem', POINTS[theme.engine], 'アイテム 1 つの点数'],
    ...BODY_SIZES[theme.engine],
    ...ENGINE_SETTINGS[theme.engine](theme.difficulty),
    ['volume', 1, '音の大きさ(0 = 無音)'],
  ];
}

function themeLines(theme: Theme): Line[] {
  const { palette } = theme;
  const lines: Line[] = [
    ['scenery', theme.scenery, '背景の場所'],
    ['look', palette.look, '絵の描きかた'],
    ['backgroundBottom', palette.backgroundBottom, '背景の下の色'],
    ['sceneryColor', palette.sceneryColor, '背景の飾りの色'],
    ['playerColor', palette.playerColor, '主人公の色'],
    ['playerEmoji', theme.player.emoji, '主人公の絵'],
    ['playerName', theme.player.name, '主人公の名前'],
    ['enemyColor', palette.enemyColor, '敵の色'],
    ['enemyEmoji', theme.enemy.emoji, '敵の絵'],
    ['enemyName', theme.enemy.name, '敵の名前'],
    ['itemColor', palette.itemColor, 'アイテムの色'],
    ['itemEmoji', theme.item.emoji, 'アイテムの絵'],
    ['itemName', theme.item.name, 'アイテムの名前'],
    ['accentColor', palette.accentColor, 'ボタンや光の色'],
    ['textColor', palette.textColor, '文字の色'],
  ];
  if (theme.genre === 'shooting') lines.push(['shotColor', palette.playerColor, '弾の色']);
  if (theme.engine === 'ride3d')
    lines.push(['vehicle', vehicleOf(theme), '主人公の形: ball(玉)/ car(車)/ runner(走る)']);
  if (theme.engine === 'blocks') {
    lines.push(['blockEmojis', blockFigures(theme, theme.scenery, theme.engine), 'ブロックの絵']);
    lines.push([
      'blockColors',
      [
        palette.itemColor,
        palette.playerColor,
        palette.enemyColor,
        palette.accentColor,
        palette.sceneryColor,
      ],
      'ブロックの色',
    ]);
  }
  return lines;
}

function vehicleOf(theme: Theme): string {
  if (/🏎|🚗|🚕|🚚|🚑|🚒|🏍|🚲|🚃/u.test(theme.player.emoji)) return 'car';
  return theme.genre === 'ride' ? 'ball' : 'runner';
}

function literal(value: Line[1]): string {
  if (typeof value === 'number') return String(value);
  const quoted = (text: string): string =>
    `'${text
      .replace(/[\\']/g, '\\$&')
      .replace(/</g, '\\x3c')
      .replace(/[\r\n]/g, ' ')}'`;
  return typeof value === 'string' ? quoted(value) : `[${value.map(quoted).join(', ')}]`;
}

const NOTE_COLUMN = 30;

function objectText(name: string, settings: readonly Line[]): string {
  const lines = settings.map(
    ([key, value, note]) => `  ${`${key}: ${literal(value)},`.padEnd(NOTE_COLUMN)} // ${note}`,
  );
  return `const ${name} = {\n${lines.join('\n')}\n};`;
}

/**
 * What a person tunes without a request, one to a line. What change requests scale stays in CONFIG:
 * these are factors of it.
 */
export function tuningBlock({ engine, language, palette }: Theme): string {
  const lines = tunable(palette, LABELS[language])
    .filter(({ name }) => !NOT_TUNED[engine]?.includes(name))
    .map((setting) => `  ${JSON.stringify(setting)}`);
  return `<script type="application/json" id="settings">\n[\n${lines.join(',\n')}\n]\n</script>`;
}

const factor = { kind: 'number', step: 0.1, value: 1 } as const;
const LABELS = {
  ja: { speed: 'はやさ', growth: 'むずかしくなる速さ', sky: '空の色', sound: '音' },
  en: { speed: 'Speed', growth: 'Gets harder', sky: 'Sky', sound: 'Sound' },
} as const;
const tunable = (
  { backgroundTop }: Theme['palette'],
  labels: (typeof LABELS)[Theme['language']],
): Setting[] => [
  { name: 'speed', label: labels.speed, ...factor, min: 0.5, max: 2 },
  { name: 'growth', label: labels.growth, ...factor, min: 0, max: 3 },
  { name: 'backgroundTop', label: labels.sky, kind: 'color', value: backgroundTop },
  { name: 'sound', label: labels.sound, kind: 'boolean', value: true },
];
/** What would change nothing in a game of that kind. */
const NOT_TUNED: Partial<Record<Engine, readonly string[]>> = {
  board: ['speed', 'growth'],
  idle: ['growth'],
  battle: ['growth'],
};

/** Takes the values from the block, and from whoever tunes the game while it runs. */
const TUNING = `// ============ 調整: #settings の値 ============
const TUNED = { speed: 1, growth: 1, sound: true };
function tune(values) {
  Object.assign(TUNED, values);
  THEME.backgroundTop = TUNED.backgroundTop;
}
tune(Object.fromEntries(JSON.parse(document.getElementById('settings').textContent)
  .map(({ name, value }) => [name, value])));
window.addEventListener('settings', (event) => {
  event.preventDefault();
  tune(event.detail);
  fitScreen();
});`;

/** The readable settings of a game: the block that change requests edit. */
export function settingsScript(theme: Theme): string {
  return [
    '<script>',
    "'use strict';",
    '// ============ 設定: 数字を変えると遊びごこちが変わります ============',
    objectText('CONFIG', configLines(theme)),
    '',
    '// ============ 見た目: 色・絵・名前 ============',
    objectText('THEME', themeLines(theme)),
    '',
    TUNING,
    '</script>',
  ].join('\n');
}
