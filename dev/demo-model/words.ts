import type { Language } from '../../src/contracts/language.js';
import type { GameSource } from './edits/source.js';
import { both, type Words } from './languages.js';
import { ENGINE_KINDS, missingKind } from './theme/missing.js';
import type { Engine, Theme } from './theme/types.js';
import { firstWishes, suggestionLine } from './wishes.js';

/** Sentences of the demo model. Every one that stands alone says DEMO. */

const WHAT_ONE_DOES: Record<Engine, (theme: Theme) => Words> = {
  shooting: ({ player, enemy }) => ({
    ja: `${player.name}を指で動かして、${enemy.name}の群れを撃ち落とします`,
    en: `Move the ${player.name} with a finger and shoot down every ${enemy.name}`,
  }),
  catch: ({ player, enemy, item }) => ({
    ja: `${player.name}を左右に動かして、${item.name}を集めながら${enemy.name}をよけます`,
    en:
      `Move the ${player.name} left and right to collect each ${item.name} and ` +
      `dodge each ${enemy.name}`,
  }),
  runner: ({ player, enemy, item }) => ({
    ja: `${player.name}が走り続けるので、タップのジャンプで${enemy.name}を飛びこえ、${item.name}を取ります`,
    en:
      `The ${player.name} keeps running: tap to jump over each ${enemy.name} and ` +
      `to take each ${item.name}`,
  }),
  blocks: ({ item }) => ({
    ja: `${item.name}など同じ絵がつながった所をタップして、まとめて消します`,
    en: `Tap where equal ones touch, ${item.name} or other, and clear them all at once`,
  }),
  tap: ({ player, enemy }) => ({
    ja: `穴から出てくる${enemy.name}をすばやくタップします。${player.name}はたたいてはいけません`,
    en: `Tap each ${enemy.name} that comes out of a hole, and leave the ${player.name} alone`,
  }),
  quiz: () =>
    both(
      '計算・数え・なかまはずれの問題に、4 つの答えから時間内に答えます|' +
        'Calculate, count and find the odd one out: choose one of four answers in time',
    ),
  maze: ({ player, enemy, item }) => ({
    ja: `${player.name}を指のほうへ進めて、${item.name}を取り、${enemy.name}をよけて出口へ向かいます`,
    en:
      `The ${player.name} follows your finger: take each ${item.name}, dodge the ` +
      `${enemy.name} and find the door`,
  }),
  board: () =>
    both(
      'スワイプで全部の数をすべらせ、同じ数をくっつけて大きくします|' +
        'Swipe to slide all numbers, and join equal ones into larger ones',
    ),
  idle: ({ player }) => ({
    ja: `${player.name}をタップしてかせぎ、仲間をやとって、時間までにどこまで増やせるか競います`,
    en: `Tap the ${player.name} to earn, hire helpers, and see how much you have when time is up`,
  }),
  battle: ({ player, enemy }) => ({
    ja: `${player.name}が${enemy.name}と交代で戦います。技をえらび、大技の前にはまもります`,
    en:
      `The ${player.name} and the ${enemy.name} take turns: choose your moves, ` +
      'and guard before a big attack',
  }),
  ride3d: ({ player, enemy, item }) => ({
    ja: `3D の道を進む${player.name}を指で左右に動かし、${item.name}を集めて${enemy.name}をよけます`,
    en:
      `Steer the ${player.name} along a 3D road, collect each ${item.name} and ` +
      `dodge each ${enemy.name}`,
  }),
  shooting3d: ({ player, enemy }) => ({
    ja: `3D 空間を飛ぶ${player.name}を指で動かし、奥から来る${enemy.name}を撃ち落とします`,
    en:
      `Fly the ${player.name} through 3D space with a finger and shoot down each ` +
      `${enemy.name} that comes`,
  }),
  stack3d: () =>
    both(
      '動く 3D ブロックをタップで止めて、ずれないように高く積み上げます|' +
        'Tap to stop the moving 3D blocks, and stack them high and straight',
    ),
};

export const LOOK_AROUND = both(
  'DEMO モデルです。まず、いまのファイルを確かめますね。|' +
    'This is the DEMO model. First I look at the files that are there.',
);
export const MAKES_ANEW = both('いまのゲームを作り直します。|I am making the game anew. ');
export const CHANGES_NOW = both(
  '変える所が見つかりました。ご依頼の所だけを書きかえます（DEMO）。|' +
    'I found what to change. I rewrite only what you asked for (DEMO).',
);
export const CANNOT_READ = both(
  'index.html を読めませんでした（DEMO）。ファイルは変えていません。|' +
    'I could not read index.html (DEMO). All files are as they were.',
);
/** What came of tools that failed. */
export const CANNOT_WRITE = both(
  'ゲームを書きこめませんでした（DEMO）: |I could not write the game (DEMO): ',
);
export const CANNOT_CHANGE = both(
  '書きかえの途中で失敗しました（DEMO）: |I failed in the middle of the change (DEMO): ',
);

const withArticle = (kind: string): string => `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`;

/** What was wished for and is not what this model can make; empty when it can. */
function truth(theme: Theme, request: string): Words {
  const missing = missingKind(request, theme);
  if (missing === null) return both('');
  const { ja, en } = ENGINE_KINDS[theme.engine];
  if (missing === 'unknown')
    return {
      ja: `どんな種類のゲームか分からなかったので、「${ja}」にしました。`,
      en: `I could not tell what kind of game you mean, so this is ${withArticle(en)}. `,
    };
  return {
    ja: `この DEMO モデルには「${missing.ja}」の型がないので、いちばん近い「${ja}」にしました。`,
    en:
      `This DEMO model has no ${missing.en}, so this is the nearest that it has: ` +
      `${withArticle(en)}. `,
  };
}

export function planText(theme: Theme, request: string, language = theme.language): string {
  const { dimension, engine, title } = theme;
  const honest = truth(theme, request);
  const does = WHAT_ONE_DOES[engine](theme);
  const kind = `${dimension === '2d' ? '2D ' : ''}${ENGINE_KINDS[engine].en}`;
  const plan: Words = {
    ja:
      `「${title}」という${dimension.toUpperCase()}ゲームを作ります（DEMO）。${honest.ja}${does.ja}。` +
      '点数・レベルアップ・効果音・もう一回あそぶボタンも付けます。',
    en:
      `I am making “${title}”, ${withArticle(kind)} (DEMO). ${honest.en}${does.en}. ` +
      'It keeps score, gets harder and can be played again.',
  };
  return plan[language];
}

/** What one does in the game, in one sentence. */
export function oneLinePlan(theme: Theme): string {
  const { engine, language, title } = theme;
  const plan: Words = {
    ja: `「${title}」（DEMO）: ${WHAT_ONE_DOES[engine](theme).ja}。`,
    en: `“${title}”, ${withArticle(ENGINE_KINDS[engine].en)} (DEMO).`,
  };
  return plan[language];
}

export function createdText(theme: Theme, request: string, language = theme.language): string {
  const honest = truth(theme, request);
  const does = WHAT_ONE_DOES[theme.engine](theme);
  const created: Words = {
    ja: `「${theme.title}」ができました！（DEMO）${honest.ja}${does.ja}。すぐに遊べます。`,
    en: `“${theme.title}” is ready to play (DEMO). ${honest.en}${does.en}.`,
  };
  return `${created[language]}\n\n${suggestionLine(firstWishes(theme, language))}`;
}

/** specs/game.md: what the game is, kept beside it. The product knows the title by its label. */
export function specText(theme: Theme, request: string): string {
  const shown = ({ emoji, name }: Theme['player']): string => `${emoji} ${name}`;
  const [player, enemy, item] = [shown(theme.player), shown(theme.enemy), shown(theme.item)];
  const { dimension, engine, scenery, styleId, title } = theme;
  const asked = request.replace(/\s+/g, ' ').slice(0, 300);
  const does = WHAT_ONE_DOES[engine](theme);
  const spec: Words = {
    ja: `# ゲームの仕様（DEMO）

- ゲーム名: ${title}
- 依頼: ${asked}
- 種類: ${engine}（${dimension}）
${styleId === null ? '' : `- スタイル: ${styleId}\n`}- 遊びかた: ${does.ja}。
- 主人公: ${player} / 敵: ${enemy} / アイテム: ${item}
- 背景: ${scenery}
- 画面: 390×844 の仮想画面を端末に合わせて拡大。色や速さは index.html の CONFIG と THEME、追加機能は「追加機能ここから」の所。
`,
    en: `# The game (DEMO)

- ゲーム名: ${title}
- Request: ${asked}
- Kind: ${engine} (${dimension})
${styleId === null ? '' : `- Style: ${styleId}\n`}- How to play: ${does.en}.
- Hero: ${player} / Enemy: ${enemy} / Item: ${item}
- Background: ${scenery}
- Screen: 390×844, scaled to the device. Colours and speeds stand in CONFIG and THEME of index.html.
`,
  };
  return spec[theme.language];
}

/** The request that a spec keeps. */
export const requestInSpec = (spec: string): string | undefined =>
  /(?:依頼|Request)\s*[:：]\s*(.+)/.exec(spec)?.[1];

/** What a finished game says about itself: enough to speak of it and to make it anew. */
export interface GameFacts {
  title: string;
  player: string;
  enemy: string;
  item: string;
}

/** The name that the product gives in the prompt, out of its quotes. */
const NAME_LINE = /(?:^|\n)ゲーム(?:名)?\s*[:：]\s*「?(.+?)」?\s*(?:\n|$)/;

const NAMELESS = {
  title: both('このゲーム|this game'),
  player: both('主人公|hero'),
  enemy: both('敵|enemy'),
  item: both('アイテム|item'),
};

/** What a page says of its game; without a title it has the name of `prompt`. */
export function factsOf(source: GameSource, language: Language, prompt = ''): GameFacts {
  const title = /<title>([^<]*)<\/title>/i.exec(source.content)?.[1]?.trim();
  return {
    title: title ?? NAME_LINE.exec(prompt)?.[1] ?? NAMELESS.title[language],
    player: source.text('playerName') ?? NAMELESS.player[language],
    enemy: source.text('enemyName') ?? NAMELESS.enemy[language],
    item: source.text('itemName') ?? NAMELESS.item[language],
  };
}

/** Words of the player's, each in its quotes. */
const quotes = (words: readonly string[]): Words => ({
  ja: `「${words.join('」「')}」`,
  en: `“${words.join('”, “')}”`,
});

export function editedText(
  done: readonly Words[],
  unknown: readonly string[],
  suggestions: readonly string[],
  language: Language,
): string {
  const what = quotes(unknown);
  const missed: Words = {
    ja: `\n${what.ja}は、この DEMO モデルではできませんでした。`,
    en: `\nThis DEMO model cannot do ${what.en}.`,
  };
  const edited: Words = {
    ja: `${done.map(({ ja }) => ja).join('。')}。（DEMO）`,
    en: `${done.map(({ en }) => en).join('. ')}. (DEMO)`,
  };
  const left = unknown.length === 0 ? '' : missed[language];
  return `${edited[language]}${left}\n\n${suggestionLine(suggestions)}`;
}

export function notUnderstoodText(
  unknown: readonly string[],
  suggestions: readonly string[],
  language: Language,
): string {
  const what = unknown.length === 0 ? both('ご依頼|that') : quotes(unknown);
  const text: Words = {
    ja:
      `ごめんなさい、${what.ja}は、この DEMO モデルではできませんでした。ファイルは変えていません。` +
      '色・大きさ・速さ・数・ライフ・タイトル・背景の変更や、ボスや BGM などの追加ならできます。',
    en:
      `Sorry, this DEMO model cannot do ${what.en}. All files are as they were. ` +
      'I can change colours, sizes, speeds, numbers, lives, the title and the ' +
      'background, and add ' +
      'things such as a boss or music.',
  };
  return `${text[language]}\n\n${suggestionLine(suggestions)}`;
}

export const REPAIR_TEXT = both(
  'エラーの内容を見ましたが、この DEMO モデルには自動で直す力がありません。' +
    'ファイルは変えていません。前のバージョンに戻すか、本物のモデルでお試しください。|' +
    'I read the errors, and this DEMO model cannot repair by itself. All files are as they ' +
    'were. Go back to the version before, or try a real model.',
);

/** After a repair of what a play has found. */
export const mendedText = (count: number): Words =>
  count === 0
    ? both(
        '言われた不具合は、このゲームの中に見つかりませんでした（DEMO）。|' +
          'I did not find in this game what was reported (DEMO).',
      )
    : {
        ja: `見つかった不具合を ${count} か所直しました（DEMO）。`,
        en: `I mended what was found, in ${count === 1 ? 'one place' : `${count} places`} (DEMO).`,
      };
