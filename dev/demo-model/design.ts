import { splitAttached } from '../../src/domain/attached-images.js';
import type { Language } from '../../src/contracts/language.js';
import type { GENRES } from '../../src/contracts/brief.js';
import { drawnRoles } from './games/compose.js';
import { languageTold } from './languages.js';
import { unquoted } from './quoted.js';
import { KNOWN_GAMES } from './theme/known.js';
import { themeFromText } from './theme/theme.js';
import type { Genre, Theme } from './theme/types.js';
import { oneLinePlan } from './words.js';

/** The product asks what a game is to become before it has it written. */
const TASK = /^You design small phone games before somebody else writes them/;

export function wantsDesign(system: string): boolean {
  return TASK.test(system);
}

/** What the product calls the kinds of games that are played here. */
const KINDS: Readonly<Record<Genre, (typeof GENRES)[number]>> = {
  shooting: 'shooter',
  catch: 'catch',
  runner: 'runner',
  blocks: 'puzzle',
  tap: 'tap',
  ride: 'race',
  quiz: 'quiz',
  maze: 'maze',
  board: 'board',
  idle: 'idle',
  battle: 'rpg',
};

const TEXTS = {
  ja: {
    controls: '指一本で遊びます（DEMO）',
    win: '点数をのばす',
    lose: 'ライフか時間がなくなると終わり',
    feel: 'さわるとすぐに動きと音で答える',
    checks: [
      'さわるとゲームが反応する',
      '遊ぶと点数が変わる',
      '遊び続けると終わりがくる',
      '終わったあと、もう一度遊べる',
    ],
    likeness: '遊びかたを借りて、見た目は新しくします（DEMO）。',
  },
  en: {
    controls: 'played with one finger (DEMO)',
    win: 'score as much as you can',
    lose: 'over when lives or time run out',
    feel: 'every touch is answered with movement and sound',
    checks: [
      'the game reacts to touch',
      'the score changes while it is played',
      'playing on leads to an end',
      'after the end it can be played again',
    ],
    likeness: 'It takes the way to play; its look is new (DEMO).',
  },
} satisfies Record<Language, unknown>;

/** The image model of the demo draws by these words. */
const ROLE_NAMES = { player: '主人公', enemy: '敵', item: 'アイテム' } as const;

function colours({ palette }: Theme): Record<string, string> {
  return {
    background: palette.backgroundTop,
    surface: palette.backgroundBottom,
    player: palette.playerColor,
    danger: palette.enemyColor,
    reward: palette.itemColor,
    text: palette.textColor,
  };
}

/** What the game draws as figures, each told apart for whoever draws it. */
function spritesOf(theme: Theme): { name: string; draws: string; fallback: string }[] {
  return drawnRoles(theme).map((role) => {
    const { name, emoji } = theme[role];
    return { name: role, draws: `${ROLE_NAMES[role]}: ${name}`, fallback: emoji };
  });
}

/** The design of the game that this model would write, as the JSON document that is asked for. */
export function answerDesign(prompt: string): string {
  const [head = '', wish = ''] = prompt.split(/^Wish:\n/m);
  const request = splitAttached(unquoted(wish)).words;
  const named = /^Dimension: ([23]d)$/m.exec(head)?.[1];
  const theme = themeFromText(request, {
    styleId: /^Style: (\w+)$/m.exec(head)?.[1] ?? null,
    dimension: named === '2d' || named === '3d' ? named : null,
    language: languageTold(head),
  });
  const { likeness, ...texts } = TEXTS[theme.language];
  return JSON.stringify({
    ...{ title: [...theme.title].slice(0, 40).join(''), genre: KINDS[theme.genre] },
    ...{ pitch: oneLinePlan(theme), ...texts, palette: colours(theme) },
    sprites: spritesOf(theme),
    likeness: KNOWN_GAMES.test(request) ? likeness : null,
  });
}
