import { languageOf } from '../../src/domain/language.js';
import { GameSource } from './edits/source.js';
import { both, languageTold, type Words } from './languages.js';
import { unquoted } from './quoted.js';
import { anyOf } from './theme/any-of.js';
import { STYLE_WORDS } from './theme/palettes.js';
import { nextWishes } from './wishes.js';
import { factsOf, type GameFacts } from './words.js';
import type { Conversation } from './wire/messages.js';

interface Answer {
  message: string;
  suggestions: string[];
}

/** How a game is played that has that setting, the most telling setting first. */
const PLAYED_BY: readonly (readonly [key: string, (facts: GameFacts) => Words])[] = [
  [
    'shotInterval',
    ({ player, enemy }) => ({
      ja: `画面を押したまま指を動かすと、${player}が動きながら弾を撃ちます。${enemy}を倒して点を集めてください。`,
      en:
        `Hold the screen and move your finger: the ${player} moves and shoots. Each ` +
        `${enemy} that you hit gives points. `,
    }),
  ],
  [
    'answerSeconds',
    () =>
      both(
        '問題を読んで、4 つの答えから正しいものを時間内にタップします。つづけて当てるほど高得点です。|' +
          'Read the question and tap the right one of four answers in time. A streak ' +
          'gives more points. ',
      ),
  ],
  [
    'doorPoints',
    ({ player, enemy, item }) => ({
      ja: `指を置いたほうへ${player}が進みます。${enemy}をよけて${item}を取り、右下の出口へ向かいましょう。`,
      en:
        `The ${player} follows your finger. Dodge the ${enemy}, take each ${item} ` +
        'and go to the door, bottom right. ',
    }),
  ],
  [
    'startTiles',
    () =>
      both(
        'スワイプすると全部の数がすべります。同じ数がぶつかるとくっついて大きくなり、動かせなくなると終わりです。|' +
          'Swipe and all numbers slide. Equal ones join and grow; when nothing can ' +
          'move, it is over. ',
      ),
  ],
  [
    'helperGrowth',
    ({ player }) => ({
      ja: `${player}をタップしてためた分で仲間をやとうと、ひとりでに増えていきます。時間までのかせぎを競います。`,
      en:
        `Tap the ${player}, and hire helpers with what you earn: they go on by ` +
        'themselves until time is up. ',
    }),
  ],
  [
    'playerHealth',
    ({ enemy }) => ({
      ja: `下の 4 つの技からえらんで${enemy}と交代で戦います。力をためられたら、まもるが有効です。`,
      en:
        `Choose one of the four moves below and take turns with the ${enemy}. Guard ` +
        'when it gathers its strength. ',
    }),
  ],
  [
    'popSeconds',
    ({ player, enemy }) => ({
      ja: `${enemy}が出てきたらすばやくタップします。${player}をたたくとライフが減ります。`,
      en: `Tap each ${enemy} as soon as it comes out. Tapping the ${player} costs a life. `,
    }),
  ],
  [
    'columns',
    () =>
      both(
        '同じ絵がつながった所をタップすると消えます。大きくまとめて消すほど高得点です。|' +
          'Tap where equal ones touch and they are gone. The more at once, the more points. ',
      ),
  ],
  [
    'perfectRange',
    () =>
      both(
        'ブロックがちょうど重なる時にタップします。ずれた分だけブロックが小さくなります。|' +
          'Tap when the blocks line up. What stands out is cut off, and the block gets smaller. ',
      ),
  ],
  [
    'jumpPower',
    ({ enemy, item }) => ({
      ja: `タップでジャンプ、空中でもう一度タップすると 2 段ジャンプです。${enemy}を飛びこえて${item}を取りましょう。`,
      en:
        'Tap to jump, and tap again in the air to jump twice. Jump over each ' +
        `${enemy} and take each ${item}. `,
    }),
  ],
];

export function howToPlay(facts: GameFacts, source: GameSource): Words {
  const has = (key: string): boolean => source.number(key) !== null;
  // Who moves freely and jumps as well is steered.
  const found = PLAYED_BY.find(([key]) => has(key) && !(key === 'jumpPower' && has('playerSpeed')));
  const { enemy, item } = facts;
  return (
    found?.[1](facts) ?? {
      ja: `指で左右に動かして${item}を集め、${enemy}をよけます。`,
      en: `Steer left and right with a finger, collect each ${item} and dodge each ${enemy}. `,
    }
  );
}

/** A number that the game really has and uses, in words; else what stands for it. */
function counted(source: GameSource, key: string, said: (value: number) => Words, none = '') {
  const value = source.number(key);
  return value === null || value === 0 ? both(none) : said(value);
}

type Reply = (facts: GameFacts, source: GameSource) => Words;

/** Questions one asks about a game, most particular first. */
const REPLIES: readonly (readonly [question: RegExp, Reply])[] = [
  [
    /遊び方|遊びかた|あそびかた|操作|やり方|ルール|どうやって|how.*play|control/i,
    (facts, source) => {
      const how = howToPlay(facts, source);
      return {
        ja: `「${facts.title}」の遊び方です。${how.ja}`,
        en: `This is how to play “${facts.title}”. ${how.en}`,
      };
    },
  ],
  [
    /敵|てき|enem/i,
    ({ title, enemy }, source) => {
      const speed = counted(source, 'enemySpeed', (value) => ({
        ja: `速さの設定は ${value}、`,
        en: `Its speed is set to ${value}. `,
      }));
      return {
        ja: `「${title}」の敵は${enemy}です。${speed.ja}色や大きさ、数も変えられますよ。`,
        en:
          `The enemy of “${title}” is the ${enemy}. ${speed.en}Colour, size and ` +
          'number can be changed.',
      };
    },
  ],
  [
    /ライフ|残機|life|lives/i,
    (_, source) => {
      const lives = counted(
        source,
        'lives',
        (value) => ({ ja: ` ${value} です。`, en: `There are ${value} lives. ` }),
        '使っていません。|There are no lives. ',
      );
      return {
        ja: `ライフは${lives.ja}増やしたいときは「ライフを5にして」のように言ってください。`,
        en: `${lives.en}For more, say “Give me 5 lives”.`,
      };
    },
  ],
  [
    /スコア|点|score/i,
    ({ item }, source) => {
      const points = counted(
        source,
        'scorePerItem',
        (value) => ({ ja: `${value} 点入ります。`, en: `${value} points` }),
        '点が入ります。|points',
      );
      return {
        ja: `${item}を取ると${points.ja}ベストスコアは端末に残ります。`,
        en: `Each ${item} gives ${points.en}. The best score stays on the device.`,
      };
    },
  ],
  [
    /難し|むずかし|簡単|かんたん|hard|easy|difficult/i,
    () =>
      both(
        'むずかしさは、敵の数と、だんだん速くなる割合で決まります。「もう少しかんたんにして」「難しくして」で変えられます。|' +
          'How hard it is depends on the number of enemies and on how fast it speeds up. Say ' +
          '“Make it a little easier” or “Make it harder”.',
      ),
  ],
  [
    /アイデア|おすすめ|オススメ|何を|なにを|改善|面白く|おもしろく|楽しく|idea|suggest|recommend/i,
    ({ title }) => ({
      ja: `「${title}」をもっと楽しくするなら、下の 3 つがおすすめです。気に入ったものを選んでください。`,
      en: `To make “${title}” more fun, try one of the three below.`,
    }),
  ],
  [
    /戻|もど|バージョン|undo|restore/i,
    () =>
      both(
        'バージョンの一覧から、前の形にいつでも戻せます。「元に戻して」と言ってもだいじょうぶです。|' +
          'The list of versions takes you back at any time. You can also say “Undo that”.',
      ),
  ],
  [
    anyOf(/色|見た目|スタイル|デザイン|color|style/, ...STYLE_WORDS.map(([words]) => words)),
    () =>
      both(
        '色や見た目は自由に変えられます。「敵を赤にして」「背景を夜にして」「ネオン風にして」のように言ってください。|' +
          'Colours and looks can be changed as you like. Say “Make the enemies red”, “Make the ' +
          'background a night” or “Make it neon style”.',
      ),
  ],
  [
    /名前|タイトル|title|name/i,
    ({ title }) => ({
      ja: `ゲームの名前は「${title}」です。「タイトルを○○に変えて」で変えられます。`,
      en: `The game is called “${title}”. Say “Change the title to …” for another one.`,
    }),
  ],
];

/** What is said of a game whatever is asked. */
const ANYTHING: Reply = (facts, source) => {
  const how = howToPlay(facts, source);
  return {
    ja:
      `「${facts.title}」は、${facts.player}が主役のゲームです。` +
      `${how.ja}くわしく知りたいことがあれば、遊び方・敵・点数などを聞いてください。`,
    en:
      `“${facts.title}” is a game about the ${facts.player}. ` +
      `${how.en}Ask me about the controls, the enemies or the score.`,
  };
};

/** The last question of the text that the product sends: everything when it is not marked. */
function questionIn(prompt: string): string {
  return /(?:^|\n)質問\s*[:：]\s*([\s\S]+)$/.exec(prompt)?.[1]?.trim() ?? prompt.trim();
}

/** Answers a question about the game as the JSON document that the product asks for. */
export function answerChat({ prompt, system }: Conversation): string {
  const question = questionIn(prompt);
  const language = languageOf(question) ?? languageTold(system) ?? 'ja';
  const source = new GameSource(unquoted(prompt));
  const facts = factsOf(source, language, prompt);
  const reply = REPLIES.find(([asks]) => asks.test(question))?.[1] ?? ANYTHING;
  const answer: Answer = {
    message: `【DEMO】${reply(facts, source)[language].trim()}`,
    suggestions: nextWishes(source, question, language),
  };
  return JSON.stringify(answer);
}
