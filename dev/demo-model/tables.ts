import colours from './data/colours.json' with { type: 'json' };
import engines from './data/engines.json' with { type: 'json' };
import figures from './data/figures.json' with { type: 'json' };
import genres from './data/genres.json' with { type: 'json' };
import missing from './data/missing.json' with { type: 'json' };
import places from './data/places.json' with { type: 'json' };
import replies from './data/replies.json' with { type: 'json' };
import signs from './data/signs.json' with { type: 'json' };
import styles from './data/styles.json' with { type: 'json' };
import texts from './data/texts.json' with { type: 'json' };
import wishes from './data/wishes.json' with { type: 'json' };

/**
 * The facts of the demo model, one per row (`data/*.json`). Texts are `ja|en` and name in braces
 * what is filled in; patterns ignore case; a list in a string is split at its commas or blanks.
 */
export const ENGINES = engines;
export const GENRES = genres;
export const PLACES = places;
export const STYLES = styles;
/** Kinds of games by their settings: the first row whose setting a page has applies. */
export const SIGNS = signs;
/** Answers to questions about a game, the most particular first. */
export const REPLIES = replies;
export const TEXTS = texts;
export const WISHES = wishes;
export const FIGURES = figures as [pattern: string, emoji: string, name: string, role: Role][];
export const COLOURS = colours as [pattern: string, hex: string, name: string][];
export const MISSING = missing as [pattern: string, kind: string][];

/** What the player does, whatever the dimension. */
export type Genre = keyof typeof genres;
/** The templates in games/engines/, one file each. */
export type Engine = keyof typeof engines;
export type Scenery = keyof typeof places;
export type Role = 'player' | 'enemy' | 'item';

export const ROLES: readonly Role[] = ['player', 'enemy', 'item'];

export const keysOf = <K extends string>(table: Readonly<Record<K, unknown>>): K[] =>
  Object.keys(table) as K[];

export const matches = (pattern: string | null, text: string): boolean =>
  pattern !== null && new RegExp(pattern, 'i').test(text);
