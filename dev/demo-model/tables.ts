import colours from './data/colours.json' with { type: 'json' };
import counts from './data/counts.json' with { type: 'json' };
import engines from './data/engines.json' with { type: 'json' };
import figures from './data/figures.json' with { type: 'json' };
import genres from './data/genres.json' with { type: 'json' };
import herds from './data/herds.json' with { type: 'json' };
import missing from './data/missing.json' with { type: 'json' };
import paces from './data/paces.json' with { type: 'json' };
import parts from './data/parts.json' with { type: 'json' };
import phrases from './data/phrases.json' with { type: 'json' };
import places from './data/places.json' with { type: 'json' };
import replies from './data/replies.json' with { type: 'json' };
import signs from './data/signs.json' with { type: 'json' };
import styles from './data/styles.json' with { type: 'json' };
import targets from './data/targets.json' with { type: 'json' };
import texts from './data/texts.json' with { type: 'json' };
import times from './data/times.json' with { type: 'json' };
import variants from './data/variants.json' with { type: 'json' };
import wishes from './data/wishes.json' with { type: 'json' };

/**
 * The facts of the demo model, one per row (`data/*.json`). Texts are `ja|en` and name in braces
 * what is filled in; patterns ignore case; a list in a string is split at its commas or blanks.
 */
export const ENGINES = engines;
export const GENRES = genres;
export const PACES = paces;
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
/** Times of day: what names one, its name, the colours of sky, horizon and ground. */
export const TIMES = times as [
  pattern: string,
  name: string,
  ...colours: [string, string, string],
][];
/** Ways of an engine that words of a wish choose; the first row that fits applies. */
const VARIANTS = variants as readonly Variant[];
/** Verbs and particles that assign a part to the word beside them. */
export const PARTS = parts;
/** The kinds that an emoji of many stands for. */
export const HERDS: Readonly<Record<string, string[]>> = herds;
/** Words of a wish that ask for nothing of their own, known games, what divides wishes. */
export const PHRASES = phrases;
/** Settings that count: words, key, step, least, most, name. */
export const COUNTS = counts as [string, string, number, number, number, string][];
/** What a change may be about. */
export const TARGETS = targets;
export const MISSING = missing as [pattern: string, kind: string][];

/** What the player does, whatever the dimension. */
export type Genre = keyof typeof genres;
/** The templates in sketches/engines/, one file each. */
export type Engine = keyof typeof engines;
export type Scenery = keyof typeof places;
export type Role = 'player' | 'enemy' | 'item';

export const ROLES: readonly Role[] = ['player', 'enemy', 'item'];

export const keysOf = <K extends string>(table: Readonly<Record<K, unknown>>): K[] =>
  Object.keys(table) as K[];

interface Variant {
  engine: string;
  words: string;
  settings: Readonly<Record<string, number | undefined>>;
  does: string;
  cast: string;
}

/** How an engine plays the words of a wish, where they choose a way of it. */
export const variantOf = (engine: Engine, wish: string): Variant | undefined =>
  VARIANTS.find((row) => row.engine === engine && matches(row.words, wish));

export const matches = (pattern: string | null, text: string): boolean =>
  pattern !== null && new RegExp(pattern, 'i').test(text);
