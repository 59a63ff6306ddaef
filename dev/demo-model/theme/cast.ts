import { pickBy } from './hash.js';
import type { Language } from '../../../src/contracts/base/language.js';
import { both } from '../languages.js';
import {
  matches,
  PARTS,
  PLACES,
  ROLES,
  variantOf,
  type Genre,
  type Role,
  type Scenery,
} from '../tables.js';
import type { Figure } from './types.js';
import { WORDS, type KnownFigure } from './vocabulary.js';

/** The figure of each part. */
export type Cast = Record<Role, Figure>;

/** What lives in a place, used for the parts that the words leave open. */
const localsOf = (scenery: Scenery, role: Role): KnownFigure[] =>
  PLACES[scenery][role].map((row) => {
    const at = row.indexOf(' ');
    return { emoji: row.slice(0, at), name: both(row.slice(at + 1)) };
  });

interface Mention {
  figure: KnownFigure;
  role: Role;
  /** True when the sentence itself assigns the part. */
  isSaid: boolean;
  at: number;
}

function mentionsIn(text: string): Mention[] {
  const taken: { from: number; to: number }[] = [];
  const mentions: Mention[] = [];
  for (const { pattern, figure: who, role } of WORDS) {
    const found = pattern.exec(text);
    if (!found) continue;
    const from = found.index;
    const to = from + found[0].length;
    if (taken.some((span) => from < span.to && span.from < to)) continue;
    taken.push({ from, to });
    const said = (['enemy', 'item', 'player'] as const).find(
      (part) =>
        matches(PARTS.after[part], text.slice(to)) ||
        matches(PARTS.beforeEnglish[part], text.slice(0, from)),
    );
    mentions.push({ figure: who, role: said ?? role, isSaid: said !== undefined, at: from });
  }
  return mentions.sort((a, b) => a.at - b.at);
}

/** The figures that the words name, in their order. */
export const figuresIn = (text: string): KnownFigure[] =>
  mentionsIn(text).map(({ figure }) => figure);

/**
 * Assigns the parts: by the sentence, then by the word's usual part, then from the locals of the
 * place.
 */
function figuresOf(
  text: string,
  scenery: Scenery,
  genre: Genre,
  seed: number,
): Record<Role, KnownFigure> {
  const mentions = mentionsIn(text);
  const cast: Partial<Record<Role, KnownFigure>> = {};
  const give = (role: Role, who: KnownFigure): void => {
    cast[role] ??= who;
  };
  for (const mention of mentions) if (mention.isSaid) give(mention.role, mention.figure);
  const given = (): KnownFigure[] => Object.values(cast);
  // In a tapping game the first figure named is what one taps, in a matching game what one matches.
  const first = { tap: variantOf('tap', text) ? null : 'enemy', blocks: 'item' }[String(genre)];
  const sides = genre === 'duel' || genre === 'battle' ? (['player', 'enemy'] as const) : [];
  for (const { figure, role } of mentions) {
    if (given().includes(figure)) continue;
    const free = [first as Role | null, role, ...sides].find((part) => part && !cast[part]);
    if (free) give(free, figure);
  }
  for (const role of ROLES) {
    const used = given().map((who) => who.emoji);
    const locals = localsOf(scenery, role);
    const free = locals.filter((who) => !used.includes(who.emoji));
    give(role, pickBy(seed, role, free.length > 0 ? free : locals.slice(0, 1)));
  }
  return cast as Record<Role, KnownFigure>;
}

/** The figure of each part, with its name in the language of the game. */
export function castOf(
  text: string,
  language: Language,
  ...where: [scenery: Scenery, genre: Genre, seed: number]
): Cast {
  const { player, enemy, item } = figuresOf(text, ...where);
  const called = ({ emoji, name }: KnownFigure): Figure => ({ emoji, name: name[language] });
  return { player: called(player), enemy: called(enemy), item: called(item) };
}

/** Five images for a matching game: the cast first, then locals of the place. */
export function blockFigures(
  cast: Record<Role, Pick<Figure, 'emoji'>>,
  scenery: Scenery,
): string[] {
  const pool = [
    ...[cast.item, cast.player, cast.enemy],
    ...ROLES.flatMap((role) => localsOf(scenery, role)),
    ...localsOf('plain', 'item'),
    ...localsOf('plain', 'player'),
  ];
  return [...new Set(pool.map((who) => who.emoji))].slice(0, 5);
}
