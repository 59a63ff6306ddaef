import { SPRITE_SIDE, spritePath, type GameBrief } from '../../contracts/game/brief.js';
import type { StylePreset } from '../styles/styles.js';

type Sprite = GameBrief['sprites'][number];

/** What the image model is asked for a figure of a game; the ground it stands on comes later. */
export function gameSpritePrompt(
  { draws }: Pick<Sprite, 'draws'>,
  { palette }: Pick<GameBrief, 'palette'>,
  style: StylePreset | null,
): string {
  const { player, danger, reward } = palette;
  const colours = Object.entries({ player, danger, reward })
    .filter(([, hex]) => !isLikeGround(hex))
    .map(([role, hex]) => `${role} ${hex}`);
  return [
    draws,
    'A figure of a phone game, seen as it is in play: read at a glance when it is small, two or ' +
      'three tones, a clear silhouette.',
    ...(colours.length > 0 ? [`Colours of the game: ${colours.join(', ')}.`] : []),
    ...(style ? [`Art style: ${style.name}. ${style.guideline}`] : []),
  ].join('\n');
}

/** Sprites are drawn on magenta and cut out by it: no part of them may be like it. */
function isLikeGround(hex: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return Math.hypot(255 - red, green, 255 - blue) < GROUND_DISTANCE;
}
const GROUND_DISTANCE = 120;

/** Prompt block about the images that are drawn while the game is written. */
export function spritesBlock(names: readonly string[]): string {
  return [
    '=== Images ===',
    'These figures of the design are drawn while you write. They will lie beside index.html ' +
      `(never write or look for them): ${names.map(spritePath).join(', ')}`,
    `Each is a WebP on transparent ground, trimmed to the figure, its longer side at most ` +
      `${SPRITE_SIDE} pixels. Load each once at the start by new Image(), in three.js by a ` +
      'TextureLoader, from that relative address, and draw it with its own proportions in the ' +
      'size of its figure.',
    'Until it is there, and when it never comes, draw the figure by code, as the design says: ' +
      'never wait for it; a load that fails is no error of the game.',
  ].join('\n');
}
