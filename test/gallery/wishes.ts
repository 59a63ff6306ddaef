import { composeGame } from '../../dev/demo-model/games/compose.js';
import { themeFromText } from '../../dev/demo-model/theme/theme.js';
import type { Engine } from '../../dev/demo-model/tables.js';
import type { Dimension } from '../../dev/demo-model/theme/types.js';
import type { Screen } from '../../src/runner/play/gestures.js';

/** Screens that the gallery's games are played on; the first is every player's. */
export const GALLERY_SCREENS = {
  phone: { width: 390, height: 844 },
  'small phone': { width: 320, height: 568 },
  tablet: { width: 768, height: 1024 },
} as const satisfies Record<string, Screen>;
export type GalleryScreen = keyof typeof GALLERY_SCREENS;

export interface GalleryWish {
  /** What the demo model is to make of it. */
  readonly engine: Engine;
  readonly wish: string;
  readonly dimension: Dimension;
  readonly styleId: string;
}

const wishFor = (
  engine: Engine,
  wish: string,
  dimension: Dimension,
  styleId: string,
): GalleryWish => ({ engine, wish, dimension, styleId });

/** As people wish, in both languages, and with a style that they may choose. */
export const WISHES: readonly GalleryWish[] = [
  wishFor('shooting', '宇宙でネコがエイリアンを撃つシューティングを作って', '2d', 'neon'),
  wishFor('catch', 'ペンギンが魚をキャッチして、氷をよけるゲーム', '2d', 'pastel'),
  wishFor('runner', 'A fox that runs and jumps over rocks in the desert', '2d', 'cartoon'),
  wishFor('blocks', 'お菓子を3つそろえて消すパズル', '2d', 'kawaii'),
  wishFor('tap', 'もぐらたたき。だんだん速くして', '2d', 'pop'),
  wishFor('quiz', 'どうぶつのクイズを作って', '2d', 'hand_drawn'),
  wishFor('maze', 'お城の迷路でおばけから逃げる', '2d', 'dark_fantasy'),
  wishFor('board', 'A calm board game where equal tiles merge, like 2048', '2d', 'minimal'),
  wishFor('idle', '牧場を育てる放置ゲーム', '2d', 'nature'),
  wishFor('battle', '勇者がドラゴンと戦うターン制のRPG', '2d', 'medieval'),
  wishFor('ride3d', '雪山をかけおりる3Dのスノボゲーム', '3d', 'lowpoly'),
  wishFor('stack3d', 'Stack blocks into a tower in 3D', '3d', 'toon'),
];

export function themeOfWish({ wish, dimension, styleId }: GalleryWish) {
  return themeFromText(wish, { dimension, styleId });
}

/** What the demo model writes for it. */
export function gameOfWish(wish: GalleryWish): string {
  return composeGame(themeOfWish(wish));
}
