import type { Language } from '../../../src/contracts/base/language.js';
import type { Engine, Genre, Role, Scenery } from '../tables.js';

export type Dimension = '2d' | '3d';

/** The colours of a game, in the order in which the tables list them. */
export const COLOUR_KEYS = [
  'backgroundTop',
  'backgroundBottom',
  'sceneryColor',
  'playerColor',
  'enemyColor',
  'itemColor',
  'accentColor',
  'textColor',
] as const;

/** `look`: how bodies, panels and edges are drawn (sketches/kit/draw.html). */
export type Palette = Record<'look' | (typeof COLOUR_KEYS)[number], string>;

/** A figure on the screen: its name and the emoji that draws it. */
export interface Figure {
  emoji: string;
  name: string;
}

/** What a game looks like and how it plays: the whole input of a game template. */
export interface Theme extends Record<Role, Figure> {
  seed: number;
  /** The player's own words. */
  wish: string;
  /** Language of every text in the game. */
  language: Language;
  title: string;
  genre: Genre;
  engine: Engine;
  dimension: Dimension;
  styleId: string | null;
  scenery: Scenery;
  palette: Palette;
  /** 1 = normal; larger is faster or harder. */
  speed: number;
  difficulty: number;
  lives: number;
  /** Seconds; null when the request names none. */
  timeLimitSeconds: number | null;
}
