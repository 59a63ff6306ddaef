import type { Genre } from '../../contracts/game/brief.js';
import type { Language } from '../../contracts/base/language.js';

/** Three wishes that make more of a game of this kind. */
type Ideas = Readonly<Record<Genre, readonly [string, string, string]>>;

const JAPANESE: Ideas = {
  action: ['ボスを出して', 'パワーアップのアイテムを足して', 'ステージを3つにして'],
  shooter: ['ボスを出して', '武器を選べるようにして', '敵の種類をふやして'],
  runner: ['二段ジャンプをつけて', '集められるコインを置いて', '障害物の種類をふやして'],
  catch: ['めずらしいお宝も落として', '落ちてくる物の種類をふやして', '集める目標の数をつけて'],
  puzzle: ['連鎖で点がふえるようにして', 'ヒントのボタンをつけて', '特別なピースを足して'],
  board: [
    '相手の強さを選べるようにして',
    '一手もどすボタンをつけて',
    '盤の大きさを選べるようにして',
  ],
  tap: ['ボーナスの的を出して', '続けて当てると点がふえるようにして', '叩いてはいけない物も出して'],
  quiz: ['問題を10問ふやして', '答えのあとに解説を出して', '難しさを選べるようにして'],
  rhythm: ['曲をもう1つ足して', 'コンボの数を出して', '曲の速さを選べるようにして'],
  maze: ['遊ぶたびに迷路が変わるようにして', '宝箱を置いて', '地図を見るボタンをつけて'],
  idle: ['仲間の種類をふやして', '育つと見た目が変わるようにして', '目標をいくつか出して'],
  rpg: ['技を2つふやして', '敵の種類をふやして', 'レベルアップをつけて'],
  novel: ['選択肢をふやして', '結末をもう1つ足して', '登場人物をもう1人出して'],
  race: ['ライバルを出して', '加速のアイテムを置いて', 'コースをもう1つ足して'],
  defence: ['置ける塔の種類をふやして', '最後にボスを出して', '塔を強くできるようにして'],
};

const ENGLISH: Ideas = {
  action: ['Add a boss', 'Add a power-up', 'Make three stages'],
  shooter: ['Add a boss', 'Let me choose a weapon', 'Add more kinds of enemies'],
  runner: ['Add a double jump', 'Add coins to collect', 'Add more kinds of obstacles'],
  catch: ['Let rare treasures fall, too', 'Add more things that fall', 'Add a goal to reach'],
  puzzle: ['Give more points for chains', 'Add a hint button', 'Add special pieces'],
  board: ['Let me choose how strong the other side is', 'Add an undo button', 'Add a larger board'],
  tap: ['Add bonus targets', 'Give more points for a streak', 'Add things that must not be hit'],
  quiz: ['Add ten more questions', 'Add a note to each answer', 'Let me choose the difficulty'],
  rhythm: ['Add another song', 'Show the combo', 'Let me choose the speed of the song'],
  maze: ['Make a new maze each time', 'Add treasure chests', 'Add a button that shows the map'],
  idle: ['Add more helpers', 'Change how it looks as it grows', 'Show some goals'],
  rpg: ['Add two more moves', 'Add more kinds of enemies', 'Add levels to gain'],
  novel: ['Add more choices', 'Add another ending', 'Add one more character'],
  race: ['Add rivals', 'Add items that speed me up', 'Add another track'],
  defence: ['Add more kinds of towers', 'Let a boss come at the end', 'Let me upgrade towers'],
};

export function ideasFor(genre: Genre, language: Language): readonly string[] {
  return (language === 'ja' ? JAPANESE : ENGLISH)[genre];
}

/** What a wish may answer that a play has seen. */
export type Remedy = 'mend' | 'easier' | 'longer' | 'harder' | 'ending' | 'touch' | 'files';

const REMEDIES: Readonly<Record<Language, Readonly<Record<Remedy, string>>>> = {
  ja: {
    mend: '直して',
    easier: 'もう少しやさしくして',
    longer: 'もっと長く遊べるようにして',
    harder: 'もう少しむずかしくして',
    ending: 'ゲームオーバーをつけて',
    touch: '指だけで遊べるようにして',
    files: '足りない画像や音を入れて',
  },
  en: {
    mend: 'Fix it',
    easier: 'Make it a little easier',
    longer: 'Make a round last longer',
    harder: 'Make it a little harder',
    ending: 'Add a game over',
    touch: 'Make it playable by touch alone',
    files: 'Add the missing images and sounds',
  },
};

export const remedy = (name: Remedy, language: Language): string => REMEDIES[language][name];

/** Words of wishes that answer the same already. */
export const SAME_REMEDY: Readonly<Record<Remedy, RegExp>> = {
  mend: /^直して|^fix\b/i,
  easier: /やさし|易し|簡単|かんたん|難し|むずかし|easier|harder|difficult/i,
  longer: /長く|やさし|易し|簡単|longer|easier/i,
  harder: /難し|むずかし|手ごわ|やさし|簡単|harder|easier|difficult/i,
  ending: /ゲームオーバー|game over/i,
  touch: /指だけ|タッチ|touch/i,
  files: /画像|image/i,
};

/** Wishes without any content but that the game should be better. */
const VAGUE = [
  /^(?:はい|ok|おまかせ|お任せ)/i,
  new RegExp(
    '^(?:この)?(?:ゲーム(?:全体)?を)?(?:もっと|さらに|もう少し|より)?' +
      '(?:面白く|おもしろく|楽しく|たのしく|良く|よく|すごく|いい感じに|改善|改良|調整|続けて|' +
      '続きを作って|直して|修正)(?:して)?(?:ください|みて|ほしい)?[。！!]?$',
  ),
  new RegExp(
    '^(?:please )?(?:make (?:it|the game|this) (?:even )?' +
      '(?:better|nicer|cooler|great|more (?:fun|exciting|interesting))|' +
      '(?:improve|polish|fix) (?:it|the game|this)|' +
      'continue|keep going|surprise me|yes|okay|add more(?: features| content)?)[.!]*$',
    'i',
  ),
];

/** Whether a wish names a change of the game. */
export const isSpecific = (wish: string): boolean => !VAGUE.some((vague) => vague.test(wish));

const MAX_CHECK_CHARS: Readonly<Record<Language, number>> = { ja: 36, en: 70 };
/** A plain verb, to which 「ようにして」 can be added. */
const PLAIN_VERB = /(?:[うくぐすつぬぶむる]|ない)$/;
const POLITE = /(?:ます|です)$/;

/**
 * What a brief wants of its game as a request; null when it is too long for one. 「敵に当たると
 * ライフが減る」 → 「敵に当たるとライフが減るようにして」.
 */
export function asRequest(check: string, language: Language): string | null {
  const said = sentenceOf(check);
  if (said === '' || said.length > MAX_CHECK_CHARS[language]) return null;
  if (language === 'en') return `Make this work: ${said}`;
  return PLAIN_VERB.test(said) && !POLITE.test(said)
    ? `${said}ようにして`
    : `「${said}」を実現して`;
}

/** The losing condition of the brief as a request; null when it does not fit into one. */
export function asEnding(lose: string, language: Language): string | null {
  const said = sentenceOf(lose);
  if (said === '' || said.length > MAX_CHECK_CHARS[language]) return null;
  if (language === 'en') return `${remedy('ending', language)}: ${said}`;
  if (!PLAIN_VERB.test(said) || POLITE.test(said)) return null;
  return said.includes('と') ? `${said}ようにして` : `${said}とゲームオーバーになるようにして`;
}

/** Without its full stop and its commas, which part suggestions from each other. */
function sentenceOf(text: string): string {
  return text
    .replace(/[、，]/g, '')
    .replace(/[。．.!！\s]+$/, '')
    .trim();
}
