import type { Language } from '../../../src/contracts/base/language.js';
import { pickBy } from './hash.js';
import type { Cast } from './cast.js';
import { KNOWN_GAMES } from './known.js';
import { GENRES, PLACES, type Genre, type Role, type Scenery } from '../tables.js';

/** Words of a request that do not name the game's subject. */
const EMPTY_WORDS = new RegExp(
  [
    String.raw`[23]\s*[dD](?:の|で|な)?`,
    'スマホ(?:で遊べる)?(?:の)?',
    '(?:簡単|かんたん|シンプル|面白|おもしろ|楽し|たのし|かわい|可愛|かっこい|カッコい|速|早|激し|難し|むずかし|ゆっくり|のんびり)(?:い|な|に|した)*',
    'シューティング|アクション|パズル|レース|レーシング|ランゲーム|ランニング|リズム|ジャンプ|キャッチ',
    'タップ|ブロック|横スクロール|エンドレスラン(?:ナー)?|音ゲー|クイズ|迷路|RPG|育成|放置|バトル',
    'ゲーム(?:を|が|に|の)?',
    '(?:作|つく)(?:って|り|る|成)(?:ください|ほしい|たい|ましょう|して)?',
    '(?:お願い|おねがい)(?:します)?',
    '(?:ください|下さい|欲しい|ほしい|してね|したい|やりたい)',
    '新しい|何か|みたいな|ような|風の',
  ].join('|'),
  'g',
);

const SUBJECT_LIMIT = 12;

/** "タイトルは X にして": ends where the sentence goes on. */
const BARE_TITLE = new RegExp(
  String.raw`(?:タイトル|ゲーム名|名前)(?:は|を|:|：)\s*([^「」『』"”、。\n]{1,24}?)` +
    String.raw`\s*(?:に(?!ゃ)|と(?:する|して)|で(?:す|$)|、|。|$)`,
);

/** A title that the words give themselves: in brackets, or "タイトルは X". */
export function namedTitle(text: string): string | null {
  const found =
    /(?:タイトル|ゲーム名|名前)(?:は|を|:|：)\s*[「『"“]([^」』"”\n]{1,24})[」』"”]/.exec(text) ??
    BARE_TITLE.exec(text) ??
    /[「『“"]([^」』”"\n]{1,24})[」』”"](?:という|って(?:いう)?(?=名前|タイトル|ゲーム)|の(?=タイトル|名前))/.exec(
      text,
    ) ??
    /(?:called|named|titled)\s+["“']?([\w][\w '!-]{0,30}?)["”']?(?:[.,\n]|$)/i.exec(text);
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
      ?.replace(/(?:の(?:マッチ)?|な|転)$/, '')
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
  const ending = pickBy(seed, 'ending', GENRES[genre].endings[language].split(','));
  if (language === 'en') return `${place} ${ending}`;
  const subject = subjectOf(text.replace(KNOWN_GAMES, ' '));
  if (subject !== null && (genre === 'tap' || !subject.includes(cast.enemy.name)))
    return `${subject}${ending}`;
  const star = cast[STARS[genre] ?? 'player'].name;
  return place.endsWith('の') || seed % 2 === 0 ? `${place}${star}${ending}` : `${place}${ending}`;
}
