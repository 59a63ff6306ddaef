import { howToPlay } from './chat.js';
import { GameSource } from './edits/source.js';
import { both, languageTold, type Words } from './languages.js';
import { unquoted } from './quoted.js';
import { factsOf, type GameFacts } from './words.js';
import type { Conversation } from './wire/messages.js';

/** The product asks for words about a game, to be shown where it is published. */
const REQUEST = /(?:^|\n)依頼\s*[:：].*公開ページに載せる紹介文/;

export function wantsPublishInfo(prompt: string): boolean {
  return REQUEST.test(prompt);
}

const GENRES: readonly (readonly [key: string, tag: string])[] = [
  ['shotInterval', 'シューティング|shooter'],
  ['popSeconds', 'タップ|tapping'],
  ['answerSeconds', 'クイズ|quiz'],
  ['doorPoints', '迷路|maze'],
  ['helperGrowth', '育成|clicker'],
  ['playerHealth', 'バトル|battle'],
  ['columns', 'パズル|puzzle'],
  ['perfectRange', 'つみあげ|stacking'],
  ['jumpPower', 'ジャンプ|jumping'],
];

/** What is said of the game: its title in quotes, its kind and its figures are put in. */
function infoOf({ title, player, item, enemy }: GameFacts, genre: Words, how: Words) {
  return {
    description: {
      ja:
        `【DEMO】「${title}」は、${player}が主役の${genre.ja}ゲームです。${item}を集め、` +
        `${enemy}に気をつけながら、どこまで点をのばせるか挑戦してください。1 プレイは短く、片手で気軽に遊べます。`,
      en:
        `DEMO: “${title}” is a ${genre.en} game about the ${player}. Look out for each ${item}, ` +
        `beware of the ${enemy}, and see how far you get. A round is short and needs one hand.`,
    },
    howToPlay: {
      ja: `${how.ja}ライフがなくなるとゲームオーバーですが、すぐにもう一度遊べます。`,
      en: `${how.en}Without lives it is over, and you can play again at once.`,
    },
    tags: [genre, both('スマホ|phone'), both('かんたん|easy'), both('DEMO')],
  };
}

/**
 * Title, description, rules and tags as the JSON document that the product asks for, out of what
 * the game says about itself.
 */
export function answerPublishInfo({ prompt, system }: Conversation): string {
  const language = languageTold(system) ?? 'ja';
  const source = new GameSource(unquoted(prompt));
  const own = factsOf(source, language, prompt);
  const genre = GENRES.find(([key]) => source.number(key) !== null)?.[1] ?? 'アクション|action';
  const said = infoOf(own, both(genre), howToPlay(own, source));
  return JSON.stringify({
    title: own.title,
    description: said.description[language],
    howToPlay: said.howToPlay[language],
    tags: said.tags.map((tag) => tag[language]),
  });
}
