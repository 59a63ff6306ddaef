import type { Setting } from '../../../src/contracts/game/settings.js';
import { blockFigures } from '../theme/cast.js';
import { ENGINES, HERDS, ROLES, variantOf } from '../tables.js';
import { literalOf } from '../edits/source.js';
import type { Theme } from '../theme/types.js';
import { ROLE_WORDS } from '../theme/vocabulary.js';

/** One line of a settings block: key, value, what a reader should know. */
type Line = readonly [key: string, value: string | number | string[], note: string];

const TWO_DECIMALS = 100;
const round = (value: number): number => Math.round(value * TWO_DECIMALS) / TWO_DECIMALS;

/** Reads rows such as "enemyRate ×1 敵の出やすさ": `×` marks what grows with the difficulty. */
const engineLines = ({ engine, difficulty }: Theme): Line[] =>
  ENGINES[engine].settings.map((row) => {
    const [, key = '', grows, value, note = ''] = /^(\w+) (×?)(\S+) (.+)$/.exec(row) ?? [];
    return [key, grows ? round(Number(value) * difficulty) : Number(value), note];
  });

function configLines(theme: Theme): Line[] {
  const { points, seconds, hasLives } = ENGINES[theme.engine];
  const asked = variantOf(theme.engine, theme.wish)?.settings;
  const growth = round(0.011 * theme.difficulty * TWO_DECIMALS) / TWO_DECIMALS;
  const lines: Line[] = [
    ['lives', hasLives ? theme.lives : 0, 'ライフ(失敗してよい回数)。0 なら使わない'],
    ['timeLimit', theme.timeLimitSeconds ?? seconds, '制限時間(秒)。0 なら制限なし'],
    ['gameSpeed', round(theme.speed), 'ゲーム全体の速さ(1 = ふつう)'],
    ['speedUp', growth, '1 秒ごとに速くなる割合'],
    ['levelSeconds', 15, 'レベルが上がる間かく(秒)'],
    ['scorePerItem', points, 'アイテム 1 つの点数'],
    ...engineLines(theme),
    ['volume', 1, '音の大きさ(0 = 無音)'],
  ];
  return lines.map(([key, value, note]) => [key, asked?.[key] ?? value, note]);
}

function themeLines(theme: Theme): Line[] {
  const { palette } = theme;
  const lines: Line[] = [
    ['scenery', theme.scenery, '背景の場所'],
    ['look', palette.look, '絵の描きかた'],
    ['backgroundBottom', palette.backgroundBottom, '背景の下の色'],
    ['sceneryColor', palette.sceneryColor, '背景の飾りの色'],
    ...ROLES.flatMap((role): Line[] => {
      const { ja } = ROLE_WORDS[role];
      return [
        [`${role}Color`, palette[`${role}Color`], `${ja}の色`],
        [`${role}Emoji`, theme[role].emoji, `${ja}の絵`],
        [`${role}Name`, theme[role].name, `${ja}の名前`],
      ];
    }),
    ['accentColor', palette.accentColor, 'ボタンや光の色'],
    ['textColor', palette.textColor, '文字の色'],
  ];
  if (theme.genre === 'shooting' || theme.engine === 'breakout')
    lines.push(['shotColor', palette.playerColor, '弾の色']);
  if (theme.engine === 'ride3d')
    lines.push(['vehicle', vehicleOf(theme), '主人公の形: ball(玉)/ car(車)/ runner(走る)']);
  const figures = blockFigures(theme, theme.scenery);
  const guest = variantOf('tap', theme.wish) ? theme.item : theme.enemy;
  if (theme.engine === 'tap') lines.push(['guestEmojis', herdOf(guest.emoji), '出てくるものの絵']);
  const faces = [...new Set([...figures, ...herdOf('🐾')])].slice(0, 10);
  if (theme.engine === 'cards') lines.push(['cardEmojis', faces, 'カードの絵']);
  if (theme.engine === 'blocks' || theme.engine === 'bubbles') {
    const order = ['item', 'player', 'enemy', 'accent', 'scenery'] as const;
    const colours = order.map((part) => palette[`${part}Color`]);
    lines.push(['blockEmojis', figures, '消すものの絵']);
    lines.push(['blockColors', colours, '消すものの色']);
  }
  return lines;
}

/** Each kind of what one emoji stands for. */
const herdOf = (emoji: string): string[] => HERDS[emoji] ?? [emoji];

function vehicleOf(theme: Theme): string {
  if (/🏎|🚗|🚕|🚚|🚑|🚒|🏍|🚲|🚃/u.test(theme.player.emoji)) return 'car';
  if (/🔵|⚽/u.test(theme.player.emoji) || /転|ころ|\broll/i.test(theme.wish)) return 'ball';
  return theme.scenery === 'road' ? 'car' : 'runner';
}

const NOTE_COLUMN = 30;

function objectText(name: string, settings: readonly Line[]): string {
  const lines = settings.map(
    ([key, value, note]) => `  ${`${key}: ${literalOf(value)},`.padEnd(NOTE_COLUMN)} // ${note}`,
  );
  return `const ${name} = {\n${lines.join('\n')}\n};`;
}

/**
 * What a person tunes without a request, one to a line. What change requests scale stays in CONFIG:
 * these are factors of it.
 */
export function tuningBlock({ engine, language, palette }: Theme): string {
  const lines = tunable(palette, LABELS[language])
    .filter(({ name }) => !ENGINES[engine].untuned.split(' ').includes(name))
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
/** Reads the values from the block, and from `settings` events while the game runs. */
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
