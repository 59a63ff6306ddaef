import type { Language } from '../../../src/contracts/base/language.js';
import { languageOf } from '../../../src/domain/text/language.js';
import { castOf } from './cast.js';
import { dimensionOf, engineOf, genreOf } from './genres.js';
import { hashOf, pickBy } from './hash.js';
import { sceneryPalette, STYLE_WORDS, stylePreset } from './palettes.js';
import { titleOf } from './title.js';
import {
  ENGINES,
  GENRES,
  matches,
  PACES,
  ROLES,
  TARGETS,
  TIMES,
  variantOf,
  type Engine,
  type Role,
  type Scenery,
} from '../tables.js';
import type { Dimension, Figure, Palette, Theme } from './types.js';
import { colorOf, COLOR_PATTERN, placeOf } from './vocabulary.js';

/** Style, dimension and language that the prompt states beside the user's words. */
export interface ThemeHints {
  styleId: string | null;
  dimension: Dimension | null;
  /** Of the answer, where the words show none. */
  language?: Language | null;
}

function styleIn(text: string, dimension: Dimension): string | null {
  const named = STYLE_WORDS.filter(([pattern]) => pattern.test(text)).map(([, id]) => id);
  return named.find((id) => stylePreset(id, dimension) !== null) ?? null;
}

/** "赤い主人公", "青い敵": colours that the request gives to a part. */
function colorsAsked(text: string, cast: Record<Role, Figure>): Partial<Palette> {
  return Object.fromEntries(
    ROLES.flatMap((role) => {
      const figure = `(?:${TARGETS[role]}|${cast[role].name})`;
      const pattern = `(?:${COLOR_PATTERN})(?:色)?(?:い|の|な|\\s)?${figure}`;
      const color = colorOf(new RegExp(pattern, 'i').exec(text)?.[0] ?? '');
      return color ? [[`${role}Color`, color.hex]] : [];
    }),
  );
}

/** The colours of a time of day that the words name. */
export function skyOf(text: string): Partial<Palette> {
  const found = TIMES.find(([pattern]) => matches(pattern, text));
  if (!found) return {};
  const [, , backgroundTop, backgroundBottom, sceneryColor] = found;
  return { backgroundTop, backgroundBottom, sceneryColor };
}

const says = (pace: keyof typeof PACES, text: string): boolean => matches(PACES[pace], text);
const paceOf = (text: string): Pick<Theme, 'speed' | 'difficulty'> => ({
  speed: says('faster', text) ? 1.35 : says('slower', text) ? 0.75 : 1,
  difficulty: says('harder', text) ? 1.4 : says('easier', text) ? 0.75 : 1,
});

function numbersOf(text: string, difficulty: number): Pick<Theme, 'lives' | 'timeLimitSeconds'> {
  const lives =
    /(?:ライフ|残機|HP|命|ハート|lives?)(?:は|が|を|:|\s)*(\d{1,2})/i.exec(text)?.[1] ??
    /(\d{1,2})\s*(?:lives|機|ライフ)/i.exec(text)?.[1];
  const seconds = /(\d{1,3})\s*(?:秒|seconds?\b)/i.exec(text)?.[1];
  const usual = difficulty > 1 ? 2 : difficulty < 1 ? 5 : 3;
  return {
    lives: Math.min(9, Math.max(1, Number(lives ?? usual))),
    timeLimitSeconds: seconds === undefined ? null : Math.min(600, Math.max(10, Number(seconds))),
  };
}

/** The words that name figures: those of parts of the engine taken out, its own ones at the end. */
function castWords(engine: Engine, text: string): string {
  const { parts, cast } = ENGINES[engine];
  const named = parts === '' ? text : text.replace(new RegExp(parts, 'gi'), ' ');
  return `${named} ${variantOf(engine, text)?.cast ?? cast}`;
}

/**
 * The theme of a game from the user's words: deterministic, any words give one.
 * The stated style and dimension take precedence over the words.
 */
export function themeFromText(
  request: string,
  hints: ThemeHints = { styleId: null, dimension: null },
): Theme {
  const text = request.normalize('NFKC').trim();
  const seed = hashOf(text);
  const genre = genreOf(text);
  const dimension =
    hints.dimension ?? dimensionOf(text) ?? (GENRES[genre].meets === '3d' ? '3d' : '2d');
  const engine = engineOf(genre, dimension);
  const styleId = hints.styleId ?? styleIn(text, dimension);
  const style = stylePreset(styleId, dimension);
  const places = ENGINES[engine].places.split(' ');
  const scenery =
    placeOf(text) ??
    (genre === 'ride' && engine === 'catch' ? 'road' : style?.scenery) ??
    (pickBy(seed, 'scenery', places) as Scenery);
  const language = languageOf(request) ?? hints.language ?? 'ja';
  const cast = castOf(castWords(engine, text), language, scenery, genre, seed);
  const { speed, difficulty } = paceOf(text);
  return {
    seed,
    wish: text,
    language,
    genre,
    engine,
    dimension,
    styleId,
    scenery,
    speed,
    difficulty,
    title: titleOf(text, language, cast, scenery, genre, seed),
    palette: {
      ...(style?.palette ?? sceneryPalette(scenery)),
      ...skyOf(text),
      ...colorsAsked(text, cast),
    },
    ...cast,
    ...numbersOf(text, difficulty),
  };
}
