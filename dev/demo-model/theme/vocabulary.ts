import { both, type Words } from '../languages.js';
import { COLOURS, FIGURES, keysOf, matches, PLACES, type Role, type Scenery } from '../tables.js';

/** What an answer calls the parts. */
export const ROLE_WORDS: Readonly<Record<Role, Words>> = {
  player: both('主人公|the hero'),
  enemy: both('敵|the enemies'),
  item: both('アイテム|the items'),
};

/** A figure before it is known in what language its game speaks. */
export interface KnownFigure {
  emoji: string;
  name: Words;
}

/**
 * What can appear in a game, with its part where the sentence names none. Longer names stand before
 * shorter ones that they contain.
 */
export const WORDS = FIGURES.map(([pattern, emoji, name, role]) => ({
  pattern: new RegExp(pattern, 'i'),
  figure: { emoji, name: both(name) },
  role,
}));

/** The first place that the words name; null when they name none. */
export const placeOf = (text: string): Scenery | null =>
  keysOf(PLACES).find((place) => matches(PLACES[place].pattern, text)) ?? null;

/** The first colour that the words name, as hex and as a word. */
export function colorOf(text: string): { hex: string; name: Words } | null {
  const hex = /#[0-9a-f]{6}\b/i.exec(text)?.[0].toLowerCase();
  if (hex !== undefined) return { hex, name: both(hex) };
  const found = COLOURS.find(([pattern]) => matches(pattern, text));
  return found ? { hex: found[1], name: both(found[2]) } : null;
}

/** Any colour word, for finding "赤い敵" in a sentence. */
export const COLOR_PATTERN = COLOURS.map(([pattern]) => pattern).join('|');
