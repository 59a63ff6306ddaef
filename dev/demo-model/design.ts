import { splitAttached } from '../../src/domain/assets/attached-images.js';
import { drawnRoles } from './games/compose.js';
import { both, languageTold } from './languages.js';
import { unquoted } from './quoted.js';
import { themeFromText } from './theme/theme.js';
import { GENRES, matches, PHRASES, TEXTS } from './tables.js';
import type { Theme } from './theme/types.js';
import { oneLinePlan } from './words.js';

/** Request for the brief of a game. */
const TASK = /^You design small phone games before somebody else writes them/;

export function wantsDesign(system: string): boolean {
  return TASK.test(system);
}

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

/** The game's sprites, each with a description for the image model. */
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
  const said = (text: string): string => both(text)[theme.language];
  const { likeness, checks, ...texts } = TEXTS.design;
  return JSON.stringify({
    title: [...theme.title].slice(0, 40).join(''),
    genre: GENRES[theme.genre].design,
    pitch: oneLinePlan(theme),
    ...Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, said(text)])),
    checks: checks.map(said),
    palette: colours(theme),
    sprites: spritesOf(theme),
    likeness: matches(PHRASES.knownGames, request) ? said(likeness) : null,
  });
}
