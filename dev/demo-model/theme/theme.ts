import type { Language } from '../../../src/contracts/base/language.js';
import { languageOf } from '../../../src/domain/text/language.js';
import { castOf } from './cast.js';
import { dimensionOf, engineOf, genreOf } from './genres.js';
import { hashOf, pickBy } from './hash.js';
import { sceneryPalette, STYLE_WORDS, stylePreset } from './palettes.js';
import { titleOf } from './title.js';
import { ENGINES, ROLES, type Engine, type Role, type Scenery } from '../tables.js';
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

function placeFor(
  text: string,
  engine: Engine,
  isRide: boolean,
  stylePlace: Scenery | undefined,
  seed: number,
): Scenery {
  const named = placeOf(text);
  if (named !== null) return named;
  if (isRide && engine === 'catch') return 'road';
  return stylePlace ?? (pickBy(seed, 'scenery', ENGINES[engine].places.split(' ')) as Scenery);
}

/** "赤い主人公", "青い敵": colours that the request gives to a part. */
function colorsAsked(
  text: string,
  { player, enemy, item }: Record<Role, Figure>,
): Partial<Palette> {
  const subjects: Record<Role, string> = {
    player: `主人公|プレイヤー|自機|キャラ|${player.name}|player|hero`,
    enemy: `敵|${enemy.name}|enem`,
    item: `アイテム|${item.name}|item`,
  };
  return Object.fromEntries(
    ROLES.flatMap((role) => {
      const pattern = `(?:${COLOR_PATTERN})(?:色)?(?:い|の|な|\\s)?(?:${subjects[role]})`;
      const color = colorOf(new RegExp(pattern, 'i').exec(text)?.[0] ?? '');
      return color ? [[`${role}Color`, color.hex]] : [];
    }),
  );
}

function paceOf(text: string): Pick<Theme, 'speed' | 'difficulty'> {
  const isFast = /速い|早い|はやい|高速|スピード|疾走|激し|ハイテンポ|fast|speedy|quick/i.test(
    text,
  );
  const isSlow = /ゆっくり|のんびり|遅い|まったり|癒|slow|relax|calm/i.test(text);
  const isHard = /難し|むずかし|高難易度|激ムズ|鬼畜|上級|hard|difficult|challenging/i.test(text);
  const isEasy =
    /簡単|かんたん|やさしい|易しい|初心者|子ども|子供|こども|幼児|easy|kids|children|simple/i.test(
      text,
    );
  return { speed: isFast ? 1.35 : isSlow ? 0.75 : 1, difficulty: isHard ? 1.4 : isEasy ? 0.75 : 1 };
}

function numbersOf(text: string, difficulty: number): Pick<Theme, 'lives' | 'timeLimitSeconds'> {
  const lives =
    /(?:ライフ|残機|HP|命|ハート|lives?)(?:は|が|を|:|\s)*(\d{1,2})/i.exec(text)?.[1] ??
    /(\d{1,2})\s*(?:lives|機|ライフ)/i.exec(text)?.[1];
  const seconds = /(\d{1,3})\s*(?:秒|seconds?\b)/i.exec(text)?.[1];
  return {
    lives:
      lives === undefined
        ? difficulty > 1
          ? 2
          : difficulty < 1
            ? 5
            : 3
        : Math.min(9, Math.max(1, Number(lives))),
    timeLimitSeconds: seconds === undefined ? null : Math.min(600, Math.max(10, Number(seconds))),
  };
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
  const dimension = hints.dimension ?? dimensionOf(text) ?? (genre === 'ride' ? '3d' : '2d');
  const engine = engineOf(genre, dimension);
  const styleId = hints.styleId ?? styleIn(text, dimension);
  const style = stylePreset(styleId, dimension);
  const scenery = placeFor(text, engine, genre === 'ride', style?.scenery, seed);
  const language = languageOf(request) ?? hints.language ?? 'ja';
  const cast = castOf(text, language, scenery, genre, seed);
  const { speed, difficulty } = paceOf(text);
  return {
    seed,
    language,
    genre,
    engine,
    dimension,
    styleId,
    scenery,
    speed,
    difficulty,
    title: titleOf(text, language, cast, scenery, genre, seed),
    palette: { ...(style?.palette ?? sceneryPalette(scenery)), ...colorsAsked(text, cast) },
    ...cast,
    ...numbersOf(text, difficulty),
  };
}
