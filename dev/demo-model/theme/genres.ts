import { ENGINES, GENRES, keysOf, matches, MISSING, type Engine, type Genre } from '../tables.js';
import { both, filled, type Words } from '../languages.js';
import { hashOf } from './hash.js';
import type { Dimension, Theme } from './types.js';

/** Score of each genre: the weights of its words in the text. */
const genreScores = (text: string): { genre: Genre; score: number }[] =>
  keysOf(GENRES).map((genre) => ({
    genre,
    score: Object.entries<number>(GENRES[genre].words).reduce(
      (sum, [pattern, weight]) => (matches(pattern, text) ? sum + weight : sum),
      0,
    ),
  }));

/** The genre with the highest score; null when all scores are 0. */
function namedGenre(text: string): Genre | null {
  const scores = genreScores(text);
  const best = Math.max(...scores.map(({ score }) => score));
  return best === 0 ? null : (scores.find(({ score }) => score === best)?.genre ?? null);
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

/** What the 3D engines really are; every other genre in 3D, and a race in 2D, is only near. */
const TRUE_3D: ReadonlySet<string> = new Set(['ride ride3d', 'shooting shooting3d']);

/**
 * The kind of game that was wished for and is not what the engine plays; null when the engine fits,
 * `unknown` when the words name no kind at all.
 */
export function missingKind(request: string, theme: Theme): Words | 'unknown' | null {
  const text = request.normalize('NFKC');
  const named = MISSING.find(([pattern]) => matches(pattern, text))?.[1];
  if (named) return both(named);
  if (namedGenre(text) === null) return 'unknown';
  const { dimension, engine, genre } = theme;
  const isNear = dimension === '3d' ? !TRUE_3D.has(`${genre} ${engine}`) : genre === 'ride';
  const kind = both(GENRES[genre].kind);
  return isNear
    ? filled('{dimension} の{kind}|{dimension} {kind}', {
        dimension: dimension.toUpperCase(),
        kind,
      })
    : null;
}
