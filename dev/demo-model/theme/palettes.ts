import { keysOf, PLACES, STYLES, type Scenery } from '../tables.js';
import { COLOUR_KEYS, type Dimension, type Palette } from './types.js';

interface StylePreset {
  palette: Palette;
  /** The place of a game whose words name none. */
  scenery: Scenery;
}

/** Reads a look and its colours: "neon 0d0221 3a0ca3 …". */
function paletteOf([look = '', ...colours]: readonly string[]): Palette {
  const named = COLOUR_KEYS.map((key, at) => [key, `#${colours[at] ?? '000000'}`]);
  return { look, ...Object.fromEntries(named) } as Palette;
}

/** The preset of a style in a dimension; null when the id is unknown there. */
export function stylePreset(styleId: string | null, dimension: Dimension): StylePreset | null {
  const known = keysOf(STYLES).find((id) => id === styleId);
  const row = known === undefined ? null : STYLES[known][dimension];
  if (row === null) return null;
  const [scenery, ...colours] = row.split(' ');
  return { scenery: scenery as Scenery, palette: paletteOf(colours) };
}

/** Without a style the place gives the colours. */
export const sceneryPalette = (scenery: Scenery): Palette =>
  paletteOf(PLACES[scenery].colours.split(' '));

const idsIn = (dimension: Dimension): string[] =>
  keysOf(STYLES).filter((id) => STYLES[id][dimension] !== null);
/** Style ids by dimension, for tests and for words that name a style. */
export const STYLE_IDS = { '2d': idsIn('2d'), '3d': idsIn('3d') };

/** Words of a change request that name a whole style. */
export const STYLE_WORDS = keysOf(STYLES).flatMap((id) => {
  const { pattern } = STYLES[id];
  return pattern === null ? [] : [[new RegExp(pattern, 'i'), id] as const];
});
