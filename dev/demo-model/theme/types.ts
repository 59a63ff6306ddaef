import type { Language } from '../../../src/contracts/language.js';

/** What a game looks like and how it plays: the whole input of a game template. */
export type Dimension = '2d' | '3d';

/** What the player does, whatever the dimension. */
export type Genre =
  | 'shooting'
  | 'catch'
  | 'runner'
  | 'blocks'
  | 'tap'
  | 'ride'
  | 'quiz'
  | 'maze'
  | 'board'
  | 'idle'
  | 'battle';

/** The templates in games/engines/, one file each. */
export type Engine = Exclude<Genre, 'ride'> | 'ride3d' | 'shooting3d' | 'stack3d';

export type Scenery =
  | 'space'
  | 'sea'
  | 'field'
  | 'city'
  | 'sky'
  | 'snow'
  | 'castle'
  | 'grid'
  | 'desert'
  | 'sweets'
  | 'stage'
  | 'japan'
  | 'road'
  | 'plain';

/** How bodies, panels and edges are drawn (games/kit/draw.html). */
export type Look =
  'gloss' | 'outline' | 'neon' | 'soft' | 'flat' | 'pixel' | 'paper' | 'sketch' | 'ink';

export interface Palette {
  look: Look;
  backgroundTop: string;
  backgroundBottom: string;
  sceneryColor: string;
  playerColor: string;
  enemyColor: string;
  itemColor: string;
  accentColor: string;
  textColor: string;
}

/** Somebody or something on the screen: a name to speak of and an emoji to draw. */
export interface Figure {
  emoji: string;
  name: string;
}

export interface Theme {
  seed: number;
  /** Of the request: all that a player reads in the game is in it. */
  language: Language;
  title: string;
  genre: Genre;
  engine: Engine;
  dimension: Dimension;
  styleId: string | null;
  scenery: Scenery;
  palette: Palette;
  player: Figure;
  enemy: Figure;
  item: Figure;
  /** 1 = normal; larger is faster or harder. */
  speed: number;
  difficulty: number;
  lives: number;
  /** Seconds; null when the request names none. */
  timeLimitSeconds: number | null;
}
