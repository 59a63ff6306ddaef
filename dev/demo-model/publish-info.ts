import { howToPlay } from './chat.js';
import { GameSource } from './edits/source.js';
import { unquoted } from './quoted.js';
import { factsOf } from './words.js';

/** The product asks for words about a game, to be shown where it is published. */
const REQUEST = /(?:^|\n)依頼\s*[:：].*公開ページに載せる紹介文/;

export function wantsPublishInfo(prompt: string): boolean {
  return REQUEST.test(prompt);
}

const GENRES: readonly (readonly [key: string, tag: string])[] = [
  ['shotInterval', 'シューティング'],
  ['popSeconds', 'タップ'],
  ['answerSeconds', 'クイズ'],
  ['doorPoints', '迷路'],
  ['helperGrowth', '育成'],
  ['playerHealth', 'バトル'],
  ['columns', 'パズル'],
  ['perfectRange', 'つみあげ'],
  ['jumpPower', 'ジャンプ'],
];

/**
 * Title, description, rules and tags as the JSON document that the product asks for, out of what
 * the game says about itself.
 */
export function answerPublishInfo(prompt: string): string {
  const source = new GameSource(unquoted(prompt));
  const own = factsOf(source, prompt);
  const { title } = own;
  const genre = GENRES.find(([key]) => source.number(key) !== null)?.[1] ?? 'アクション';
  const description =
    `【DEMO】「${title}」は、${own.player}が主役の${genre}ゲームです。${own.item}を集め、` +
    `${own.enemy}に気をつけながら、どこまで点をのばせるか挑戦してください。1 プレイは短く、片手で気軽に遊べます。`;
  const rules = `${howToPlay(own, source)}ライフがなくなるとゲームオーバーですが、すぐにもう一度遊べます。`;
  return JSON.stringify({
    title,
    description,
    howToPlay: rules,
    tags: [genre, 'スマホ', 'かんたん', 'DEMO'],
  });
}
