import { GameSource } from './edits/source.js';
import { unquoted } from './quoted.js';
import { factsOf, hasStyleWord, nextWishes, type GameFacts } from './words.js';
import type { Conversation } from './wire/messages.js';

interface Answer {
  message: string;
  suggestions: string[];
}

const numberNote = (source: GameSource, key: string, before: string, after: string): string => {
  const value = source.number(key);
  return value === null || value === 0 ? '' : `${before}${value}${after}`;
};

export function howToPlay(facts: GameFacts, source: GameSource): string {
  if (source.number('shotInterval') !== null)
    return `画面を押したまま指を動かすと、${facts.player}が動きながら弾を撃ちます。${facts.enemy}を倒して点を集めてください。`;
  if (source.number('answerSeconds') !== null)
    return '問題を読んで、4 つの答えから正しいものを時間内にタップします。つづけて当てるほど高得点です。';
  if (source.number('doorPoints') !== null)
    return `指を置いたほうへ${facts.player}が進みます。${facts.enemy}をよけて${facts.item}を取り、右下の出口へ向かいましょう。`;
  if (source.number('startTiles') !== null)
    return 'スワイプすると全部の数がすべります。同じ数がぶつかるとくっついて大きくなり、動かせなくなると終わりです。';
  if (source.number('helperGrowth') !== null)
    return `${facts.player}をタップしてためた分で仲間をやとうと、ひとりでに増えていきます。時間までのかせぎを競います。`;
  if (source.number('playerHealth') !== null)
    return `下の 4 つの技からえらんで${facts.enemy}と交代で戦います。力をためられたら、まもるが有効です。`;
  if (source.number('popSeconds') !== null)
    return `${facts.enemy}が出てきたらすばやくタップします。${facts.player}をたたくとライフが減ります。`;
  if (source.number('columns') !== null)
    return `同じ絵がつながった所をタップすると消えます。大きくまとめて消すほど高得点です。`;
  if (source.number('perfectRange') !== null)
    return 'ブロックがちょうど重なる時にタップします。ずれた分だけブロックが小さくなります。';
  if (source.number('jumpPower') !== null && source.number('playerSpeed') === null)
    return `タップでジャンプ、空中でもう一度タップすると 2 段ジャンプです。${facts.enemy}を飛びこえて${facts.item}を取りましょう。`;
  return `指で左右に動かして${facts.item}を集め、${facts.enemy}をよけます。`;
}

/** Questions one asks about a game, most particular first. The last one answers anything. */
function messageFor(question: string, facts: GameFacts, source: GameSource): string {
  if (/遊び方|遊びかた|あそびかた|操作|やり方|ルール|どうやって|how.*play|control/i.test(question))
    return `「${facts.title}」の遊び方です。${howToPlay(facts, source)}`;
  if (/敵|てき|enem/i.test(question))
    return (
      `「${facts.title}」の敵は${facts.enemy}です。` +
      `${numberNote(source, 'enemySpeed', '速さの設定は ', '、')}色や大きさ、数も変えられますよ。`
    );
  if (/ライフ|残機|life|lives/i.test(question))
    return (
      `ライフは${numberNote(source, 'lives', ' ', ' です。') || '使っていません。'}増やしたいときは「ライフを5にして」の` +
      'ように言ってください。'
    );
  if (/スコア|点|score/i.test(question))
    return (
      `${facts.item}を取ると` +
      `${numberNote(source, 'scorePerItem', '', ' 点入ります。') || '点が入ります。'}ベストスコアは端末に残ります。`
    );
  if (/難し|むずかし|簡単|かんたん|hard|easy|difficult/i.test(question))
    return `むずかしさは、敵の数と、だんだん速くなる割合で決まります。「もう少しかんたんにして」「難しくして」で変えられます。`;
  if (
    /アイデア|おすすめ|オススメ|何を|なにを|改善|面白く|おもしろく|楽しく|idea|suggest|recommend/i.test(
      question,
    )
  )
    return `「${facts.title}」をもっと楽しくするなら、下の 3 つがおすすめです。気に入ったものを選んでください。`;
  if (/戻|もど|バージョン|undo|restore/i.test(question))
    return 'バージョンの一覧から、前の形にいつでも戻せます。「元に戻して」と言ってもだいじょうぶです。';
  if (/色|見た目|スタイル|デザイン|color|style/i.test(question) || hasStyleWord(question))
    return `色や見た目は自由に変えられます。「敵を赤にして」「背景を夜にして」「ネオン風にして」のように言ってください。`;
  if (/名前|タイトル|title|name/i.test(question))
    return `ゲームの名前は「${facts.title}」です。「タイトルを○○に変えて」で変えられます。`;
  return (
    `「${facts.title}」は、${facts.player}が主役のゲームです。` +
    `${howToPlay(facts, source)}くわしく知りたいことがあれば、遊び方・敵・点数などを聞いてください。`
  );
}

/** The last question of the text that the product sends: everything when it is not marked. */
function questionIn(prompt: string): string {
  return /(?:^|\n)質問\s*[:：]\s*([\s\S]+)$/.exec(prompt)?.[1]?.trim() ?? prompt.trim();
}

/** Answers a question about the game as the JSON document that the product asks for. */
export function answerChat({ prompt }: Conversation): string {
  const question = questionIn(prompt);
  const source = new GameSource(unquoted(prompt));
  const facts = factsOf(source, prompt);
  const answer: Answer = {
    message: `【DEMO】${messageFor(question, facts, source)}`,
    suggestions: nextWishes(source, question),
  };
  return JSON.stringify(answer);
}
