import type { Language } from '../../../src/contracts/language.js';
import { pickBy } from './hash.js';
import type { Cast } from './cast.js';
import { KNOWN_GAMES } from './known.js';
import type { Genre, Scenery } from './types.js';

/** Words of a request that say nothing about the game's subject. */
const EMPTY_WORDS = new RegExp(
  [
    String.raw`[23]\s*[dD](?:の|で|な)?`,
    'スマホ(?:で遊べる)?(?:の)?',
    '(?:簡単|かんたん|シンプル|面白|おもしろ|楽し|たのし|かわい|可愛|かっこい|カッコい|速|早|激し|難し|むずかし|ゆっくり|のんびり)(?:い|な|に|した)*',
    'シューティング',
    'アクション',
    'パズル',
    'レース',
    'レーシング',
    'ランゲーム',
    'ランニング',
    'リズム',
    'ジャンプ',
    'キャッチ',
    'タップ',
    'ブロック',
    '横スクロール',
    'エンドレスラン(?:ナー)?',
    '音ゲー',
    'クイズ',
    '迷路',
    'RPG',
    '育成',
    '放置',
    'バトル',
    'ゲーム(?:を|が|に|の)?',
    '(?:作|つく)(?:って|り|る|成)(?:ください|ほしい|たい|ましょう|して)?',
    '(?:お願い|おねがい)(?:します)?',
    '(?:ください|下さい|欲しい|ほしい|してね|したい|やりたい)',
    '新しい',
    '何か',
    'みたいな',
    'ような',
    '風の',
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

const PLACE_NAMES: Record<Scenery, readonly [string, ...string[]]> = {
  space: ['スペース', 'ギャラクシー', '星くず'],
  sea: ['ブルーオーシャン', '海の', 'マリン'],
  field: ['森の', 'そよかぜ', 'グリーン'],
  city: ['ミッドナイト', '摩天楼', 'シティ'],
  sky: ['大空', 'スカイ', '雲の上の'],
  snow: ['スノー', '雪山', '氷の'],
  castle: ['月夜の', '魔王城', 'ダーク'],
  grid: ['ネオン', 'サイバー', '電脳'],
  desert: ['砂漠の', 'サンセット', '黄金の'],
  sweets: ['スイート', 'あまあま', 'おかしな'],
  stage: ['ビート', 'ステージ', 'きらめき'],
  japan: ['花ふぶき', '和風', '夢幻'],
  road: ['ターボ', '爆走', 'ハイウェイ'],
  plain: ['ハッピー', 'わくわく', 'ミラクル'],
};

const ENDINGS: Record<Genre, readonly [string, ...string[]]> = {
  shooting: ['シューター', 'ブラスター', '大作戦', 'ディフェンダー'],
  catch: ['キャッチ', 'コレクション', 'パニック', 'ハンター'],
  runner: ['ダッシュ', 'ラン', 'ジャンプ', '大冒険'],
  blocks: ['パズル', 'マッチ', 'ブロック', 'ぽん'],
  tap: ['たたき', 'タップ', 'パニック', 'ポップ'],
  quiz: ['クイズ', 'チャレンジ', 'ドリル', '検定'],
  maze: ['ラビリンス', '迷宮', 'めいろ', 'さんぽ'],
  board: ['マージ', 'パズル', '合わせ', '盤'],
  idle: ['ファーム', 'カンパニー', '工房', 'ランド'],
  battle: ['バトル', 'クエスト', '伝説', 'けっとう'],
  ride: ['レーサー', 'ロード', 'グランプリ', 'ライド'],
};

const ENGLISH_PLACES: Record<Scenery, readonly [string, ...string[]]> = {
  space: ['Star', 'Galaxy', 'Orbit'],
  sea: ['Blue Sea', 'Coral', 'Tide'],
  field: ['Meadow', 'Forest', 'Breeze'],
  city: ['Midnight', 'Skyline', 'City'],
  sky: ['Cloud', 'Sky', 'Feather'],
  snow: ['Snow', 'Frost', 'Winter'],
  castle: ['Moonlit', 'Castle', 'Shadow'],
  grid: ['Neon', 'Cyber', 'Pixel'],
  desert: ['Desert', 'Sunset', 'Golden'],
  sweets: ['Sweet', 'Sugar', 'Candy'],
  stage: ['Beat', 'Stage', 'Spotlight'],
  japan: ['Blossom', 'Lantern', 'Dream'],
  road: ['Turbo', 'Highway', 'Night Road'],
  plain: ['Happy', 'Lucky', 'Miracle'],
};

const ENGLISH_ENDINGS: Record<Genre, readonly [string, ...string[]]> = {
  shooting: ['Shooter', 'Blaster', 'Defender'],
  catch: ['Catch', 'Collection', 'Panic'],
  runner: ['Dash', 'Run', 'Leap'],
  blocks: ['Puzzle', 'Match', 'Blocks'],
  tap: ['Tap', 'Pop', 'Panic'],
  quiz: ['Quiz', 'Challenge', 'Drill'],
  maze: ['Labyrinth', 'Maze', 'Paths'],
  board: ['Merge', 'Numbers', 'Board'],
  idle: ['Farm', 'Company', 'Works'],
  battle: ['Battle', 'Quest', 'Duel'],
  ride: ['Racer', 'Road', 'Ride'],
};

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
  if (language === 'en') {
    const place = pickBy(seed, 'place', ENGLISH_PLACES[scenery]);
    return `${place} ${pickBy(seed, 'ending', ENGLISH_ENDINGS[genre])}`;
  }
  const ending = pickBy(seed, 'ending', ENDINGS[genre]);
  const subject = subjectOf(text.replace(KNOWN_GAMES, ' '));
  if (
    (subject !== null && !subject.includes(cast.enemy.name)) ||
    (subject !== null && genre === 'tap')
  )
    return `${subject}${ending}`;
  const place = pickBy(seed, 'place', PLACE_NAMES[scenery]);
  const star =
    genre === 'tap'
      ? cast.enemy.name
      : genre === 'blocks' || genre === 'catch'
        ? cast.item.name
        : cast.player.name;
  return place.endsWith('の') || seed % 2 === 0 ? `${place}${star}${ending}` : `${place}${ending}`;
}
