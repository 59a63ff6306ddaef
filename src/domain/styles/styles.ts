import type { Dimension } from '../../contracts/base/ids.js';
import type { StyleOption } from '../../contracts/game/look.js';
import { guideLines, styleGuide } from './style-guides.js';

/** A visual preset: the player's choice and its prompt text. */
export interface StylePreset {
  readonly id: string;
  readonly name: string;
  /** One line for the model: look, colours, shapes. */
  readonly guideline: string;
}

const preset = (id: string, name: string, guideline: string): StylePreset => ({
  id,
  name,
  guideline,
});

/** The 31 presets in the order of the picker (generation.md §17). */
export const STYLES: Readonly<Record<Dimension, readonly StylePreset[]>> = {
  '2d': [
    preset(
      'retro',
      'レトロドット絵',
      '8〜16ビット風のドット絵。16〜32色の明るい色、タイルの背景、角ばった文字。pixel art, 16-bit palette.',
    ),
    preset(
      'neon',
      'ネオンサイバー',
      '暗い紫の地に、光るマゼンタとシアンの線と格子。発光は重ね塗りで表す。synthwave, glowing lines.',
    ),
    preset(
      'minimal',
      'ミニマル',
      '生成りの地に3〜4色だけ。単純な図形と広い余白。flat geometry, generous space.',
    ),
    preset(
      'kawaii',
      'KAWAII',
      'パステルの丸い形、大きな目、星とハート。黒は使わない。cute, rounded, pastel.',
    ),
    preset(
      'anime',
      'アニメ風',
      'セル塗りと太い輪郭、集中線、夜の街の光。cel shading, speed lines.',
    ),
    preset('pastel', 'パステル', '淡くやわらかな色、輪郭線なし、静かな雰囲気。soft pale tones.'),
    preset(
      'modern',
      'モダン',
      '紫・青・桃の鮮やかなグラデーション、平らなカード状の部品。bold gradients, flat cards.',
    ),
    preset(
      'cartoon',
      'カートゥーン',
      '太い輪郭と鮮やかな色、大げさな動き、お菓子の国のような背景。thick outlines, exaggerated.',
    ),
    preset(
      'futuristic',
      'フューチャー',
      'ホログラムと金属、淡い発光、情報表示風の画面。HUD, future city.',
    ),
    preset(
      'hand_drawn',
      '手描き風',
      'ベージュの紙に鉛筆の線と斜線の影。少し揺れる輪郭。pencil sketch, hatching.',
    ),
    preset('dark', 'ダーク', 'ほぼ白黒の影絵、霧、差し色の赤。silhouettes, fog, red accent.'),
    preset('paper', 'ペーパークラフト', '切り紙を重ねた層と落ち影。layered cut paper.'),
    preset('watercolor', '水彩画風', 'にじみとぼかし、夢のような淡い色。washes, bleeding edges.'),
    preset('pop', 'ポップアート', '強い色の面、網点、擬音の文字。halftone, bold blocks.'),
    preset(
      'comic',
      'コミック風',
      '原色とコマ割り、太い線と吹き出し。comic panels, primary colours.',
    ),
    preset('nature', 'ナチュラル', '土と葉と木の色、有機的な形。earth tones, leaves, wood.'),
    preset(
      'dark_fantasy',
      'ダークファンタジー',
      '黒と深紅、城と尖塔、ろうそくの光。gothic, crimson.',
    ),
    preset(
      'medieval',
      '中世ファンタジー',
      '騎士と魔法、紋章、羊皮紙風の画面部品。heraldry, parchment.',
    ),
    preset('sci_fi', 'SF', '宇宙、船、光線、計器の画面。space, lasers, HUD.'),
  ],
  '3d': [
    preset('kawaii', 'KAWAII', '丸みのある低ポリゴン、パステルのトゥーン、きらめき。rounded toon.'),
    preset('lowpoly', 'ローポリ', '面の見える形、平らな陰影、明るい色。flat shading, facets.'),
    preset('realistic', 'リアル風', '物理的な質感、細かな模様、自然な光。PBR, natural light.'),
    preset('toon', 'トゥーン', '段階のある陰影と黒い輪郭、鮮やかな色。cel shading.'),
    preset('voxel', 'ボクセル', '立方体だけで作る。格子の地形。cubes only.'),
    preset('arcade', 'アーケード', '派手な原色、粒子、速度感。loud primaries, particles.'),
    preset('fantasy', 'ファンタジー', '魔法の光、浮かぶ島、ルーン文字。magic glow, runes.'),
    preset('neon', 'ネオン', '暗い空間に光る縁と格子の床。neon edges, grid floor.'),
    preset('minimal', 'ミニマル', '白い空間に少ない物体、影の対比。white, shadow contrast.'),
    preset(
      'isometric',
      'アイソメトリック',
      '固定の等角視点、だまし絵のような建物、パステル。isometric view.',
    ),
    preset('mechanical', 'スチームパンク', '歯車、真鍮、銅、蒸気。gears, brass, steam.'),
    preset(
      'futuristic',
      'フューチャー',
      '電脳都市、浮遊する乗り物、ホログラムの表示。cyber city, hologram.',
    ),
  ],
};

/** The preset, or null when the id is not one of that dimension. */
export function findStyle(dimension: Dimension, styleId: string): StylePreset | null {
  return STYLES[dimension].find((style) => style.id === styleId) ?? null;
}

/** The picker's entries with their preview images, which are files below `public`. */
export function styleOptions(dimension: Dimension): StyleOption[] {
  return STYLES[dimension].map(({ id, name }) => ({
    id,
    name,
    imageUrl: `/images/styles/${dimension}/${id}.svg`,
  }));
}

/** Text of a project's STYLE.md (generation.md §1). */
export function styleDocument(dimension: Dimension, style: StylePreset): string {
  const guide = styleGuide(dimension, style.id);
  const head = `# ${style.name}\nID: ${style.id}\nDimension: ${dimension}\n\n${style.guideline}\n`;
  return guide ? `${head}\n${guideLines(guide)}\n` : head;
}
