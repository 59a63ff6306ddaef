import type { GameBrief } from '../../contracts/brief.js';
import { SPRITE_SIDE, spritePath } from '../../contracts/brief.js';
import type { Language } from '../language.js';
import type { StylePreset } from '../styles.js';

type Sprite = GameBrief['sprites'][number];

/** What the image model is asked for a figure of a game; the ground it stands on comes later. */
export function gameSpritePrompt(
  { draws }: Pick<Sprite, 'draws'>,
  { palette }: Pick<GameBrief, 'palette'>,
  style: StylePreset | null,
): string {
  const { player, danger, reward } = palette;
  return [
    draws,
    'A figure of a phone game, seen as it is in play: read at a glance when it is small, two or ' +
      'three tones, a clear silhouette.',
    `Colours of the game: player ${player}, danger ${danger}, reward ${reward}.`,
    ...(style ? [`Art style: ${style.name}. ${style.guideline}`] : []),
  ].join('\n');
}

/** What the run that writes a game is told of the images that are drawn meanwhile. */
export function spritesBlock(names: readonly string[]): string {
  return [
    '=== Images ===',
    'These figures of the design are being drawn while you write. They will lie beside index.html ' +
      `(never write or look for them): ${names.map(spritePath).join(', ')}`,
    `Each is a WebP on transparent ground, trimmed to the figure, its longer side at most ` +
      `${SPRITE_SIDE} pixels. Load each once at the start by new Image() from that relative ` +
      'address, and draw it with its own proportions in the size of its figure.',
    'Until it is there, and when it never comes, draw the figure by code, as the design says: ' +
      'never wait for it; a load that fails is no error of the game.',
  ].join('\n');
}

/** What a player is told of images that were not there in time; null = all were. */
export function missingSpritesSentence(
  { missing, total }: { missing: number; total: number },
  language: Language,
): string | null {
  if (missing === 0) return null;
  return language === 'ja'
    ? `（画像${total}枚のうち${missing}枚が間に合わなかったので、そこはコードで描いています。）`
    : `(${missing} of ${total} images did not come in time; code draws those figures instead.)`;
}
