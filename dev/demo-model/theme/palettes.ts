import type { Dimension, Look, Palette, Scenery } from './types.js';

interface StylePreset {
  palette: Palette;
  /** Where the game plays when the words do not say. */
  scenery: Scenery;
}

function preset(look: Look, scenery: Scenery, colors: string): StylePreset {
  const [top, bottom, scene, player, enemy, item, accent, text] = colors
    .split(' ')
    .map((hex) => `#${hex}`);
  return {
    scenery,
    palette: {
      look,
      backgroundTop: top ?? '#000000',
      backgroundBottom: bottom ?? '#000000',
      sceneryColor: scene ?? '#888888',
      playerColor: player ?? '#ffffff',
      enemyColor: enemy ?? '#ff0000',
      itemColor: item ?? '#ffd700',
      accentColor: accent ?? '#ff00ff',
      textColor: text ?? '#ffffff',
    },
  };
}

/** Colours in the order: top, bottom, scenery, player, enemy, item, accent, text. */
const STYLES_2D: Record<string, StylePreset> = {
  retro: preset('pixel', 'space', '1a1c4b 3b2a7a 5b4bc4 4ade80 f43f5e fde047 38bdf8 ffffff'),
  neon: preset('neon', 'grid', '0d0221 3a0ca3 7209b7 00f5ff ff2bd6 f9f871 ff6ec7 f4f1ff'),
  minimal: preset('flat', 'plain', 'f7f5f0 e9e5db d6d0c2 2b6777 e76f51 e9b44c 52796f 2f3437'),
  kawaii: preset('soft', 'sweets', 'ffdff1 c9e4ff ffb3d9 ff7eb6 9d8df1 ffd166 ff8fab 7a3e65'),
  anime: preset('outline', 'city', '1f2a6b ff7eb3 3b4aa8 38bdf8 ff4d6d ffe066 ffa94d ffffff'),
  pastel: preset('soft', 'sky', 'e3f2fd fde2e4 cdeac0 8ecae6 f4acb7 ffe5a0 b8c0ff 5c5f77'),
  modern: preset('flat', 'plain', '4f46e5 db2777 7c3aed 22d3ee fb7185 fde68a a78bfa ffffff'),
  cartoon: preset('outline', 'field', '5ec8ff b8f2ff 6bd968 ff9f1c e63946 ffd60a 8338ec 14213d'),
  futuristic: preset('neon', 'city', '031b34 0b6e99 17a2b8 5eead4 f97316 e0f2fe 38bdf8 e6fbff'),
  hand_drawn: preset('sketch', 'field', 'f6ead2 eadbb8 c2a878 5b7f95 b5523b d9a441 7b8c5a 4a3f35'),
  dark: preset('ink', 'castle', '1a1a1f 4a4a52 2a2a30 d7d7de c1121f f1f1f1 7f1d1d f1f1f1'),
  paper: preset('paper', 'field', 'ffd6a5 fff1d6 9ec1a3 457b9d e07a5f f2cc8f 81b29a 3d405b'),
  watercolor: preset('soft', 'sea', 'cde7f0 e8d5f0 9cc5d9 5e9fbf d98aa6 f2d19b a2b5e0 44546a'),
  pop: preset('outline', 'stage', 'ff3d81 ffd400 00c2ff 00c2ff 7b2ff7 fff200 ff7a00 1b1b1e'),
  comic: preset('outline', 'city', '0077e6 ffe14d 004a99 e63946 2b2d42 ffd60a ff9f1c ffffff'),
  nature: preset('paper', 'field', 'cfe8c6 f4ecd2 6b9e5c 8a6642 b5651d e9c46a 588157 344e2c'),
  dark_fantasy: preset('ink', 'castle', '16070d 4a0d1f 2d0a16 c9ada7 dc143c e0b1cb 9d0208 f5e6e8'),
  medieval: preset('paper', 'castle', '7ba0c4 e8d8b0 6f5b3e 3d5a80 9b2226 e9c46a bb9457 3a2a18'),
  sci_fi: preset('neon', 'space', '05070f 14213d 3a506b 48cae4 ff5d5d ffe066 80ffdb eaf6ff'),
};

const STYLES_3D: Record<string, StylePreset> = {
  kawaii: preset('soft', 'sweets', 'ffd6ec cdeaff ffb3d9 ff7eb6 9d8df1 ffd166 ff8fab 7a3e65'),
  lowpoly: preset('flat', 'field', '7fd3ff fff3c9 6bbf59 ff8c42 c8553d ffd23f 3d9970 1f3b4d'),
  realistic: preset('gloss', 'field', '6fa8dc e6eef5 5f7f4f 2f6fb3 8c3b2e d9a520 556b2f 16222e'),
  toon: preset('outline', 'sky', '3fc1ff d5f6ff 59c36a ffca3a e63946 fff07c 8338ec 14213d'),
  voxel: preset('pixel', 'field', '87ceeb d9f2ff 6aa84f 3c78d8 a61c00 ffd966 783f04 1c2b36'),
  arcade: preset('gloss', 'grid', '2b0a6b ff2e88 ff8a00 00e5ff ff1744 ffea00 76ff03 ffffff'),
  fantasy: preset('gloss', 'castle', '2a1a5e 8e54c9 5b3fa0 7ee8fa d7263d f9dc5c b892ff f7f0ff'),
  neon: preset('neon', 'grid', '080014 2a0a4a 6a00f4 00f5d4 f72585 fee440 9b5de5 f4f1ff'),
  minimal: preset('flat', 'plain', 'fafafa dfe3e6 c7ccd1 2a9d8f e76f51 e9c46a 6c757d 2f3437'),
  isometric: preset('flat', 'sky', 'ffd7ba fec5bb a3b18a 6d6875 e5989b ffe5b4 b5838d 4a4258'),
  mechanical: preset('gloss', 'desert', '4b3621 c49a6c 7b5535 d4a056 7f1d1d ffd27a b87333 fff3dc'),
  futuristic: preset('neon', 'city', '02111f 0a4a6e 14b8a6 5eead4 f97316 e0f2fe 38bdf8 e6fbff'),
};

/** Without a style the place gives the colours. */
const SCENERY_PALETTES: Record<Scenery, Palette> = {
  space: preset('gloss', 'space', '0b1030 3a1c71 6d5bd0 4cc9f0 f72585 ffd166 b5179e ffffff')
    .palette,
  sea: preset('gloss', 'sea', '2ec4f1 03396c 0b7a75 ff9f1c 7b2cbf ffe66d 2ec4b6 ffffff').palette,
  field: preset('gloss', 'field', '6ec6ff d9f7be 5cb85c ff7043 8e24aa ffca28 ef5da8 1b3a2f')
    .palette,
  city: preset('gloss', 'city', '1b1f4b f06595 2d3480 4dabf7 ff6b6b ffe066 f783ac ffffff').palette,
  sky: preset('gloss', 'sky', '4facfe e0f7ff ffffff ff6f61 5f5fc4 ffd54f 00b8a9 123a5a').palette,
  snow: preset('gloss', 'snow', '8ec5fc eaf4ff b7d3ee e63946 457b9d ffd166 4895ef 1d3557').palette,
  castle: preset('gloss', 'castle', '22143d 8a3d6b 3a2355 9bf6ff e5383b ffd166 c77dff ffffff')
    .palette,
  grid: preset('neon', 'grid', '12002f 6a0f8e b5179e 00f5ff ff2bd6 f9f871 ff6ec7 ffffff').palette,
  desert: preset('gloss', 'desert', 'ffb347 ffe8c2 d9924e 1d7874 9b2226 fff3b0 ee6c4d 4a2511')
    .palette,
  sweets: preset('soft', 'sweets', 'ffd1e8 cdf0ff ffa6d2 ff6fae 8f7bf2 ffc93c ff8fab 7a2e5d')
    .palette,
  stage: preset('neon', 'stage', '1a0633 6d1b7b 9d4edd 3df5ff ff4fa3 ffe45e ff9e00 ffffff').palette,
  japan: preset('gloss', 'japan', 'ffe0d0 ffb7a5 7d5a8c 264653 c1121f ffd166 e76f51 3a1f2b')
    .palette,
  road: preset('gloss', 'road', '57c4e5 8fd694 4a9c5d ffd60a e63946 fff07c ff7b00 ffffff').palette,
  plain: preset('flat', 'plain', 'fdf6ec f3d9c4 e6bfa3 2a6f97 d1495b edae49 66a182 33302e').palette,
};

/** The preset of a style in a dimension; null when the id is unknown there. */
export function stylePreset(styleId: string | null, dimension: Dimension): StylePreset | null {
  if (styleId === null) return null;
  return (dimension === '3d' ? STYLES_3D : STYLES_2D)[styleId] ?? null;
}

export function sceneryPalette(scenery: Scenery): Palette {
  return SCENERY_PALETTES[scenery];
}

/** Style ids by dimension, for tests and for words that name a style. */
export const STYLE_IDS: Readonly<Record<Dimension, readonly string[]>> = {
  '2d': Object.keys(STYLES_2D),
  '3d': Object.keys(STYLES_3D),
};

/** Words of a change request that name a whole style. */
export const STYLE_WORDS: readonly (readonly [RegExp, string])[] = [
  [/レトロ|ドット|ピクセル|ファミコン風|\bretro\b|pixel/i, 'retro'],
  [/ネオン|サイバー|\bneon\b/i, 'neon'],
  [/ミニマル|シンプルな見た目|\bminimal\b/i, 'minimal'],
  [/かわい[いく]|可愛[いく]|カワイ[イク]|kawaii|\bcute\b/i, 'kawaii'],
  [/アニメ風|\banime\b/i, 'anime'],
  [/パステル|\bpastel\b/i, 'pastel'],
  [/モダン|\bmodern\b/i, 'modern'],
  [/カートゥーン|\bcartoon\b/i, 'cartoon'],
  [/近未来|未来風|\bfuturistic\b/i, 'futuristic'],
  [/手描き|手書き|スケッチ|hand.?drawn/i, 'hand_drawn'],
  [/ダークファンタジー|ゴシック|dark.?fantasy/i, 'dark_fantasy'],
  [/ダークな|暗い雰囲気|\bdark\b/i, 'dark'],
  [/ペーパー|切り絵|紙風|papercraft/i, 'paper'],
  [/水彩|watercolor/i, 'watercolor'],
  [/ポップアート|ポップな|pop art/i, 'pop'],
  [/コミック|アメコミ|\bcomic\b/i, 'comic'],
  [/ナチュラル|自然な見た目|\bnatural\b/i, 'nature'],
  [/中世|\bmedieval\b/i, 'medieval'],
  [/SF風|SFっぽ|sci.?fi/i, 'sci_fi'],
];
