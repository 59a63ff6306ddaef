import { spritePath } from '../../../src/contracts/game/brief.js';
import { FEATURES, type Feature } from '../edits/features.js';
import { spoken } from '../languages.js';
import { ENGINES, keysOf, ROLES, type Engine, type Role } from '../tables.js';
import type { Theme } from '../theme/types.js';
import { gamePart, kitPart } from './kit.js';
import { sceneryScript } from './scenery.js';
import { settingsScript, tuningBlock } from './settings.js';

/**
 * Where change requests put the code of added features. Features are written between these lines.
 */
const FEATURES_START = '// ===== 追加機能ここから =====';
export const FEATURES_END = '// ===== 追加機能ここまで =====';

/** A game is put together from these parts. */
const KIT = ['stage', 'draw', 'effects', 'game', 'hud'].map(kitPart);
const STAGE_3D = kitPart('stage3d');
const TEMPLATES = new Map(keysOf(ENGINES).map((name) => [name, gamePart(`engines/${name}`)]));

const THREE_URL = '/vendor/three@0.187.0/three.module.js';
const isThreeD = (engine: Engine): boolean => engine.endsWith('3d');

function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? char,
  );
}

function head(theme: Theme): string {
  return `<!doctype html>
<html lang="${theme.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, maximum-scale=1,
  user-scalable=no, viewport-fit=cover">
<title>${escapeHtml(theme.title)}</title>
<!-- DEMO: 手元のデモモデルが書いたゲームです -->
<style>
  html, body { margin: 0; height: 100%; overflow: hidden; background: #15131f;
    touch-action: none; user-select: none; -webkit-user-select: none;
    -webkit-tap-highlight-color: transparent; }
  canvas { position: fixed; inset: 0; margin: auto; display: block; touch-action: none; }
</style>
</head>`;
}

function gameScripts(engine: Engine): string[] {
  const code = TEMPLATES.get(engine) ?? '';
  if (!isThreeD(engine)) return [code];
  const body = (part: string): string =>
    part.replace(/^<script type="module">\n/, '').replace(/\n<\/script>$/, '');
  return [
    `<script type="importmap">{ "imports": { "three": "${THREE_URL}" } }</script>`,
    `<script type="module">\n${body(STAGE_3D)}\n\n${body(code)}\n\n${START}\n</script>`,
  ];
}

const START = 'fitScreen();\nstartGame();\nrequestAnimationFrame(frame);';

/** Images that lie beside the page, by the emoji that stands for each until it is there. */
function drawnScript(
  theme: Theme,
  images: readonly string[],
  cast: ReadonlyMap<Role, string>,
): string {
  const drawn = ROLES.flatMap((role) => {
    const file = cast.get(role) ?? images.find((path) => path === spritePath(role));
    return file === undefined ? [] : [`  ['${theme[role].emoji}', '${file}'],\n`];
  });
  return `<script>\n'use strict';\n// 届く画像\nconst DRAWN = [\n${drawn.join('')}];\n</script>`;
}

/** What a wish asks for beside the kind of game, and its engine does not have of itself. */
const featuresOf = ({ wish, engine }: Theme): Feature[] =>
  FEATURES.filter(
    ({ pattern, name }) => pattern.test(wish) && !ENGINES[engine].has.split(' ').includes(name.ja),
  );

/** Figures that the engine of a theme shows. */
export function drawnRoles({ engine }: Theme): readonly Role[] {
  return ROLES.filter((role) => TEMPLATES.get(engine)?.includes(`THEME.${role}Emoji`));
}

/**
 * The whole game as one page: settings first, then the kit, the game itself and room for added
 * features. `cast`: files of the player's own, by the figure that each shows.
 */
export function composeGame(
  theme: Theme,
  images: readonly string[] = [],
  cast: readonly (readonly [Role, string])[] = [],
): string {
  const inItsLanguage = (script: string): string => spoken(script, theme.language);
  const [game = '', ...rest] = gameScripts(theme.engine).map(inItsLanguage).reverse();
  const own = featuresOf(theme).map(({ code }) => `${code[theme.language]}\n`);
  const added = `${FEATURES_START}\n${own.join('')}${FEATURES_END}`;
  const features = `<script>\n'use strict';\n${added}\n</script>`;
  const is3d = isThreeD(theme.engine);
  return [
    head(theme),
    '<body>',
    ...(is3d ? ['<canvas id="world"></canvas>'] : []),
    '<canvas id="screen"></canvas>',
    tuningBlock(theme),
    settingsScript(theme),
    drawnScript(theme, images, new Map(cast)),
    ...KIT.map(inItsLanguage),
    ...(is3d ? [] : [sceneryScript(theme.scenery)]),
    ...rest,
    ...(is3d ? [features, game] : [game, features, `<script>\n${START}\n</script>`]),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
