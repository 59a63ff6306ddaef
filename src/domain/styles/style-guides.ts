import type { Dimension } from '../../contracts/base/ids.js';

/** What a style means in numbers: six colours by their role, and what would break it. */
export interface StyleGuide {
  readonly palette: Palette;
  /** What the style never does, each a few words. */
  readonly donts: readonly string[];
}

/** `#rrggbb`, by what is drawn in it. */
export type Palette = Readonly<
  Record<'background' | 'surface' | 'player' | 'danger' | 'reward' | 'text', string>
>;

/** Colours in the order of {@link Palette}, then the don'ts. */
function guide(colours: string, ...donts: string[]): StyleGuide {
  const [background = '', surface = '', player = '', danger = '', reward = '', text = ''] = colours
    .split(' ')
    .map((hex) => `#${hex}`);
  return { palette: { background, surface, player, danger, reward, text }, donts };
}

const GUIDES_2D: Readonly<Record<string, StyleGuide>> = {
  retro: guide(
    '1d2b53 5f574f 29adff ff004d ffec27 fff1e8',
    'smooth curves or anti-aliased edges',
    'gradients and blurred shadows',
    'sprites off the pixel grid',
  ),
  neon: guide(
    '120627 2a0f52 00f0ff ff2bd6 f9f871 eafcff',
    'daylight or white backgrounds',
    'filled matt shapes without a glowing edge',
    'shadowBlur on every object: layer strokes instead',
  ),
  minimal: guide(
    'f5f1e8 e2dccd 2f2f2f d1495b 3a7d7c 2f2f2f',
    'more than four colours at once',
    'textures, outlines and decoration',
    'crowded screens',
  ),
  kawaii: guide(
    'fff0f6 ffd6e7 ff8fb8 8e7cc3 ffd166 6b4a5b',
    'pure black, sharp corners',
    'frightening faces or blood',
    'small thin lettering',
  ),
  anime: guide(
    '1b2a49 35507a f25f5c e63946 ffd23f ffffff',
    'soft gradients in place of two-step shading',
    'figures without an outline',
    'still, empty backgrounds',
  ),
  pastel: guide(
    'fdf6f0 e8e4f2 a8c5e2 e8a0a8 f6d78b 5b5868',
    'outlines and hard contrast',
    'saturated colours',
    'fast flashing',
  ),
  modern: guide(
    '1e1b4b 4338ca 818cf8 fb7185 fbbf24 f8fafc',
    'skeuomorphic textures',
    'more than two typefaces',
    'corners of different radius',
  ),
  cartoon: guide(
    '6fd3ff ffe08a ff7a45 d7263d ffd400 2b1a12',
    'thin or missing outlines',
    'stiff movement without squash and stretch',
    'grey, muted colours',
  ),
  futuristic: guide(
    '0b1622 16324a 4fd1ff ff5c7a 9dffc9 dff6ff',
    'warm wood or paper',
    'heavy drop shadows',
    'ornament that carries no information',
  ),
  hand_drawn: guide(
    'f3e9d2 e4d5b0 3d405b b5403a 6a8d4f 2e2a25',
    'perfectly straight computer lines',
    'gradients and glow',
    'saturated fills: hatch instead',
  ),
  dark: guide(
    '0d0d10 1e1e24 d8d8dc c1121f 8d8d96 f0f0f2',
    'a second accent colour',
    'cheerful bright skies',
    'detail inside the silhouettes',
  ),
  paper: guide(
    'e9dcc5 cdb891 e07a5f 9d3c3c f2cc8f 3d3226',
    'glow and transparency',
    'shapes without a soft drop shadow',
    'thin lines that no scissors could cut',
  ),
  watercolor: guide(
    'fbf7ef cfe3e8 5b8fa8 c06c6c e0b75e 44505a',
    'hard outlines and flat fills',
    'pure black or neon colours',
    'sharp rectangles for panels',
  ),
  pop: guide(
    'ffde00 00a6ed f6511d d90368 ffffff 111111',
    'pastel or muted tones',
    'gradients: use dots',
    'thin lettering',
  ),
  comic: guide(
    'fff4d6 3a86ff ffbe0b e63946 06d6a0 14110f',
    'lines of one weight only',
    'soft shading',
    'hits without a lettered sound',
  ),
  nature: guide(
    'e8eddb b7c49a 6b8f47 a4452c e3a83b 3b3a2a',
    'neon and chrome',
    'straight edges and right angles',
    'sudden flashes',
  ),
  dark_fantasy: guide(
    '120b10 33202b b9a38a 9e1b32 e0a84a ece0d1',
    'bright blue skies',
    'cute round faces',
    'modern lettering',
  ),
  medieval: guide(
    '2f3b2e 6b5637 3c6e9f a23b2a d9b44a f4ead2',
    'electric light, screens and metal panels',
    'sans-serif capitals',
    'pure white surfaces',
  ),
  sci_fi: guide(
    '05070f 14213d 5cc8ff ff4d4d ffd166 e6f1ff',
    'daylight skies',
    'wood, paper or cloth',
    'explosions without light',
  ),
};

const GUIDES_3D: Readonly<Record<string, StyleGuide>> = {
  kawaii: guide(
    'ffe6f2 ffc8dd ff8fb8 9d84c9 ffd166 6b4a5b',
    'sharp edges and black materials',
    'realistic textures',
    'hard shadows',
  ),
  lowpoly: guide(
    'bfe3f0 7fb069 f4a259 bc4b51 f4e285 2d3a3a',
    'smooth shading',
    'image textures',
    'small noisy detail',
  ),
  realistic: guide(
    '9fb8c8 6d6a5f 2f4a63 8c2f2b e0b85c 1c2227',
    'flat unlit materials',
    'oversaturated colours',
    'objects that float without a shadow',
  ),
  toon: guide(
    '7bdff2 b2f7ef ff6b6b d7263d ffd93d 22223b',
    'soft gradients across a body',
    'missing outlines',
    'metal reflections',
  ),
  voxel: guide(
    '8ecae6 6a994e f77f00 c1121f fcbf49 1d2a34',
    'spheres and curved surfaces',
    'objects between the cells of the grid',
    'smooth terrain',
  ),
  arcade: guide(
    '1a1a40 270082 00d9ff ff2e63 ffe600 ffffff',
    'slow cameras',
    'muted colours',
    'hits without particles',
  ),
  fantasy: guide(
    '2b1e4f 4d3b8c 7be0c3 d1436b ffd97a f6efff',
    'bare grey ground',
    'machines and screens',
    'flat white light',
  ),
  neon: guide(
    '0a0618 1b1140 00f0ff ff2bd6 f9f871 eafcff',
    'daylight',
    'matt bodies without glowing edges',
    'many real lights: use emissive materials',
  ),
  minimal: guide(
    'f4f4f2 dcdcd8 222222 d1495b edae49 222222',
    'more than four colours',
    'textures and ornament',
    'more than a dozen bodies in view',
  ),
  isometric: guide(
    'f2d5c4 a7c7c5 6c5b7b c06c84 f8b195 3e3653',
    'a turning or perspective camera',
    'dark heavy shadows',
    'bodies that hide the player',
  ),
  mechanical: guide(
    '2b2118 5b4632 b5773a a32e1f e2b860 f1e4cc',
    'plastic colours',
    'smooth bodies without rivets or gears',
    'digital lettering',
  ),
  futuristic: guide(
    '0b1020 1b2a4a 3ddcff ff4f79 a6ffcb e5f4ff',
    'grass, wood and stone',
    'blocky text panels: use thin holograms',
    'daylight skies',
  ),
};

/** The guide of a style, or null when the dimension has none of that id. */
export function styleGuide(dimension: Dimension, styleId: string): StyleGuide | null {
  return (dimension === '3d' ? GUIDES_3D : GUIDES_2D)[styleId] ?? null;
}

/** The guide as a model reads it, a line each for the palette and the don'ts. */
export function guideLines({ palette, donts }: StyleGuide): string {
  const colours = Object.entries(palette).map(([role, hex]) => `${role} ${hex}`);
  return `Palette: ${colours.join(', ')}\nNever: ${donts.join('; ')}`;
}
