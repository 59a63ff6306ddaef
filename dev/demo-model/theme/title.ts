import type { Language } from '../../../src/contracts/base/language.js';
import { pickBy } from './hash.js';
import type { Cast } from './cast.js';
import {
  PHRASES,
  GENRES,
  PLACES,
  variantOf,
  type Genre,
  type Role,
  type Scenery,
} from '../tables.js';

/** Words of a request that do not name the game's subject. */
const EMPTY_WORDS = new RegExp(PHRASES.besideTheSubject, 'g');

const SUBJECT_LIMIT = 12;

/** "タイトルは X にして": ends where the sentence goes on. */
const BARE_TITLE = new RegExp(
  String.raw`(?:タイトル|ゲーム名|名前)(?:は|を|:|：)\s*([^「」『』"”、。\n]{1,24}?)` +
    String.raw`\s*(?:に(?!ゃ)|と(?:する|して)|で(?:す|$)|、|。|$)`,
);

const TITLE_PATTERNS = [
  /(?:タイトル|ゲーム名|名前)(?:は|を|:|：)\s*[「『"“]([^」』"”\n]{1,24})[」』"”]/,
  BARE_TITLE,
  /[「『“"]([^」』”"\n]{1,24})[」』”"](?:という|って(?:いう)?(?=名前|タイトル|ゲーム)|の(?=タイトル|名前))/,
  /(?:called|named|titled)\s+["“']?([\w][\w '!-]{0,30}?)["”']?(?:[.,\n]|$)/i,
];
/** Any title that the words give themselves. */
export const TITLES = TITLE_PATTERNS.map(({ source }) => source).join('|');

/** A title that the words give themselves: in brackets, or "タイトルは X". */
export function namedTitle(text: string): string | null {
  const found = TITLE_PATTERNS.map((pattern) => pattern.exec(text)).find((match) => match !== null);
  const title = found?.[1]?.trim();
  return title === undefined || title === '' ? null : title;
}

/**
 * What is left of a Japanese request when the ordinary words are taken away; null when nothing
 * telling is left.
 */
function subjectOf(text: string): string | null {
  const firstLine = text.split(/[。\n!！?？]/)[0] ?? '';
  const rest =
    firstLine
      .replace(EMPTY_WORDS, ' ')
      .trim()
      .split(/[\s、,]+/)[0] ?? '';
  const noun =
    rest
      .split(/(?:が|を|は|で|に|から|と|する|して)/)[0]
      ?.replace(/^の|(?:の(?:マッチ)?|な|転)$/g, '')
      .trim() ?? '';
  if (!/[\p{Script=Katakana}\p{Script=Han}\p{Script=Hiragana}]/u.test(noun)) return null;
  return noun.length >= 2 && noun.length <= SUBJECT_LIMIT ? noun : null;
}

/** Who a title names, where it is not the player. */
const STARS: Partial<Record<Genre, Role>> = { tap: 'enemy', blocks: 'item', catch: 'item' };

/**
 * The title of the game: the one that was asked for, else made from subject, place and what one
 * does.
 */
export function titleOf(
  text: string,
  language: Language,
  cast: Cast,
  scenery: Scenery,
  genre: Genre,
  seed: number,
): string {
  const named = namedTitle(text);
  if (named !== null) return named;
  const place = pickBy(seed, 'place', PLACES[scenery].titles[language].split(','));
  // What is tapped is hit, or collected.
  const kind = genre === 'tap' && variantOf('tap', text) ? 'catch' : genre;
  const ending = pickBy(seed, 'ending', GENRES[kind].endings[language].split(','));
  if (language === 'en') return `${place} ${ending}`;
  const subject = subjectOf(text.replace(new RegExp(PHRASES.knownGames, 'i'), ' '));
  if (subject !== null && (genre === 'tap' || !subject.includes(cast.enemy.name)))
    return `${subject}${ending}`;
  const star = cast[STARS[kind] ?? 'player'].name;
  return place.endsWith('の') || seed % 2 === 0 ? `${place}${star}${ending}` : `${place}${ending}`;
}
