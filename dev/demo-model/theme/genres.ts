import { ENGINES, GENRES, keysOf, matches, MISSING, type Engine, type Genre } from '../tables.js';
import { both, filled, type Words } from '../languages.js';
import { hashOf } from './hash.js';
import type { Dimension, Theme } from './types.js';

/** The genre whose words have the most weight in the text; null when it has none of them. */
function namedGenre(text: string): Genre | null {
  const genres = keysOf(GENRES);
  const scores = genres.map((genre) =>
    Object.entries<number>(GENRES[genre].words).reduce(
      (sum, [pattern, weight]) => (matches(pattern, text) ? sum + weight : sum),
      0,
    ),
  );
  const best = Math.max(...scores);
  return best === 0 ? null : (genres[scores.indexOf(best)] ?? null);
}

const SIMPLEST = ['catch', 'runner', 'shooting', 'tap'] as const;

/** The genre of a request; without any hint the text's hash chooses among the simplest. */
export const genreOf = (text: string): Genre =>
  namedGenre(text) ?? SIMPLEST[hashOf(text) % SIMPLEST.length] ?? 'catch';

/** The dimension that the words name; null when they name none. */
export function dimensionOf(text: string): Dimension | null {
  const plain = text.normalize('NFKC');
  if (/3\s*d|立体|三次元/i.test(plain)) return '3d';
  return /2\s*d|平面|二次元/i.test(plain) ? '2d' : null;
}

/**
 * The template that plays a genre in a dimension. A 2D ride is a road on which one dodges and
 * collects.
 */
export const engineOf = (genre: Genre, dimension: Dimension): Engine =>
  GENRES[genre].engines[dimension] as Engine;

export const kindOf = (engine: Engine): Words => both(ENGINES[engine].kind);

/** The first kind that the words name and no engine plays. */
export const missingRow = (text: string): (typeof MISSING)[number] | undefined =>
  MISSING.find(([pattern]) => matches(pattern, text));

/**
 * The kind of game that was wished for and is not what the engine plays; null when the engine fits,
 * `unknown` when the words name no kind at all.
 */
export function missingKind({ wish, dimension, genre }: Theme): Words | 'unknown' | null {
  const named = missingRow(wish)?.[1];
  if (named) return both(named);
  if (namedGenre(wish) === null) return 'unknown';
  const { meets, kind } = GENRES[genre];
  if (meets.includes(dimension)) return null;
  const facts = { dimension: dimension.toUpperCase(), kind: both(kind) };
  return filled('{dimension} の{kind}|{dimension} {kind}', facts);
}
