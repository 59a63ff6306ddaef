import type { GameSource } from './edits/source.js';
import type { Language } from '../../src/contracts/language.js';
import { languageOf } from '../../src/domain/language.js';
import { hashOf } from './theme/hash.js';
import { ENGINE_KINDS, missingKind } from './theme/missing.js';
import { STYLE_WORDS } from './theme/palettes.js';
import type { Engine, Theme } from './theme/types.js';

/** Sentences of the demo model. Every one that stands alone says DEMO. */

const WHAT_ONE_DOES: Record<Engine, (theme: Theme) => string> = {
  shooting: (theme) =>
    `${theme.player.name}を指で動かして、${theme.enemy.name}の群れを撃ち落とします`,
  catch: (theme) =>
    `${theme.player.name}を左右に動かして、${theme.item.name}を集めながら${theme.enemy.name}をよけます`,
  runner: (theme) =>
    `${theme.player.name}が走り続けるので、タップのジャンプで${theme.enemy.name}を飛びこえ、${theme.item.name}を取ります`,
  blocks: (theme) => `${theme.item.name}など同じ絵がつながった所をタップして、まとめて消します`,
  tap: (theme) =>
    `穴から出てくる${theme.enemy.name}をすばやくタップします。${theme.player.name}はたたいてはいけません`,
  quiz: () => '計算・数え・なかまはずれの問題に、4 つの答えから時間内に答えます',
  maze: (theme) =>
    `${theme.player.name}を指のほうへ進めて、${theme.item.name}を取り、${theme.enemy.name}をよけて出口へ向かいます`,
  board: () => 'スワイプで全部の数をすべらせ、同じ数をくっつけて大きくします',
  idle: (theme) =>
    `${theme.player.name}をタップしてかせぎ、仲間をやとって、時間までにどこまで増やせるか競います`,
  battle: (theme) =>
    `${theme.player.name}が${theme.enemy.name}と交代で戦います。技をえらび、大技の前にはまもります`,
  ride3d: (theme) =>
    `3D の道を進む${theme.player.name}を指で左右に動かし、${theme.item.name}を集めて${theme.enemy.name}をよけます`,
  shooting3d: (theme) =>
    `3D 空間を飛ぶ${theme.player.name}を指で動かし、奥から来る${theme.enemy.name}を撃ち落とします`,
  stack3d: () => '動く 3D ブロックをタップで止めて、ずれないように高く積み上げます',
};

const WISHES: Record<Engine, readonly string[]> = {
  shooting: ['ボスを追加して', '連射を速くして', '無敵アイテムを入れて'],
  catch: ['回復アイテムを追加して', '新しい敵を追加して', 'コンボを付けて'],
  runner: ['ジャンプを高くして', 'もっと速くして', '流れ星を追加して'],
  blocks: ['マスを増やして', '派手な演出を追加して', '応援メッセージを付けて'],
  tap: ['穴を増やして', '制限時間を30秒にして', 'コンボを付けて'],
  quiz: ['制限時間を60秒にして', 'ライフを5にして', '派手な演出を追加して'],
  maze: ['敵を速くして', '制限時間を90秒にして', '無敵アイテムを入れて'],
  board: ['マスを増やして', '派手な演出を追加して', '応援メッセージを付けて'],
  idle: ['制限時間を60秒にして', '派手な演出を追加して', '応援メッセージを付けて'],
  battle: ['もっと速くして', '派手な演出を追加して', '応援メッセージを付けて'],
  ride3d: ['もっと速くして', 'ボスを追加して', '敵を増やして'],
  shooting3d: ['連射を速くして', 'ボスを追加して', '敵を増やして'],
  stack3d: ['もっとゆっくりにして', 'ブロックを大きくして', '派手な演出を追加して'],
};
const ANY_WISHES = [
  'BGMを付けて',
  '背景を夕方にして',
  '敵の色を緑にして',
  'ライフを7にして',
  'ポーズボタンを付けて',
];

function rotated<T>(list: readonly T[], by: number): T[] {
  return list
    .map((_, i) => list[(i + by) % list.length])
    .filter((one): one is T => one !== undefined);
}

const ENGLISH_WISHES = [
  'Add background music',
  'Make the background blue',
  'Add a pause button',
  'Add combo',
];

/** Three wishes that this model can grant in a game of that genre. */
function suggestionsFor(theme: Theme, language: Language): string[] {
  if (language === 'en')
    return rotated(ENGLISH_WISHES, theme.seed % ENGLISH_WISHES.length).slice(0, 3);
  return [
    ...rotated(WISHES[theme.engine], theme.seed % 3).slice(0, 2),
    ...rotated(ANY_WISHES, theme.seed % ANY_WISHES.length).slice(0, 1),
  ];
}

const suggestionLine = (suggestions: readonly string[]): string =>
  `提案: ${suggestions.join('、')}`;

export const LOOK_AROUND = 'DEMO モデルです。まず、いまのファイルを確かめますね。';

/** What was wished for and is not what this model can make; empty when it can. */
function truth(theme: Theme, request: string, language: Language): string {
  const missing = missingKind(request, theme);
  if (missing === null) return '';
  const nearest = ENGINE_KINDS[theme.engine][language];
  if (missing === 'unknown')
    return language === 'ja'
      ? `どんな種類のゲームか分からなかったので、「${nearest}」にしました。`
      : `I could not tell what kind of game you mean, so this is a ${nearest}. `;
  return language === 'ja'
    ? `この DEMO モデルには「${missing.ja}」の型がないので、いちばん近い「${nearest}」にしました。`
    : `This DEMO model has no ${missing.en}, so this is the nearest that it has: a ${nearest}. `;
}

export function planText(theme: Theme, request: string): string {
  const language = languageOf(request) ?? 'ja';
  const { dimension, engine, title } = theme;
  if (language === 'en')
    return (
      `I am making “${title}”, a ${dimension.toUpperCase()} ${ENGINE_KINDS[engine].en} (DEMO). ` +
      `${truth(theme, request, language)}It keeps score, gets harder and can be played again.`
    );
  return (
    `「${title}」という${dimension.toUpperCase()}ゲームを作ります（DEMO）。` +
    `${truth(theme, request, language)}${WHAT_ONE_DOES[engine](theme)}。` +
    '点数・レベルアップ・効果音・もう一回あそぶボタンも付けます。'
  );
}

/** What one does in the game, in one sentence. */
export function oneLinePlan(theme: Theme, request: string): string {
  const kind = ENGINE_KINDS[theme.engine];
  return languageOf(request) === 'en'
    ? `“${theme.title}”, a ${kind.en} (DEMO).`
    : `「${theme.title}」（DEMO）: ${WHAT_ONE_DOES[theme.engine](theme)}。`;
}

export function createdText(theme: Theme, request: string): string {
  const language = languageOf(request) ?? 'ja';
  const wishes = suggestionLine(suggestionsFor(theme, language));
  const honest = truth(theme, request, language);
  if (language === 'en')
    return `“${theme.title}” is ready to play (DEMO). ${honest}\n\n${wishes}`.replace(' \n', '\n');
  return (
    `「${theme.title}」ができました！（DEMO）${honest}${WHAT_ONE_DOES[theme.engine](theme)}。` +
    `すぐに遊べます。\n\n${wishes}`
  );
}

/** specs/game.md: what the game is, kept beside it. */
export function specText(theme: Theme, request: string): string {
  const shown = ({ emoji, name }: Theme['player']): string => `${emoji} ${name}`;
  const cast = {
    player: shown(theme.player),
    enemy: shown(theme.enemy),
    item: shown(theme.item),
  };
  const style = theme.styleId === null ? '' : `- スタイル: ${theme.styleId}\n`;
  return `# ゲームの仕様（DEMO）

- ゲーム名: ${theme.title}
- 依頼: ${request.replace(/\s+/g, ' ').slice(0, 300)}
- 種類: ${theme.engine}（${theme.dimension}）
${style}- 遊びかた: ${WHAT_ONE_DOES[theme.engine](theme)}。
- 主人公: ${cast.player} / 敵: ${cast.enemy} / アイテム: ${cast.item}
- 背景: ${theme.scenery}
- 画面: 390×844 の仮想画面を端末に合わせて拡大。色や速さは index.html の CONFIG と THEME、追加機能は「追加機能ここから」の所。
`;
}

/** What a finished game says about itself: enough to speak of it and to make it anew. */
export interface GameFacts {
  title: string;
  player: string;
  enemy: string;
  item: string;
}

/** The name that the product gives in the prompt, out of its quotes. */
const NAME_LINE = /(?:^|\n)ゲーム(?:名)?\s*[:：]\s*「?(.+?)」?\s*(?:\n|$)/;

/** What a page says of its game; without a title it has the name of `prompt`. */
export function factsOf(source: GameSource, prompt = ''): GameFacts {
  const title = /<title>([^<]*)<\/title>/i.exec(source.content)?.[1]?.trim();
  return {
    title: title ?? NAME_LINE.exec(prompt)?.[1] ?? 'このゲーム',
    player: source.text('playerName') ?? '主人公',
    enemy: source.text('enemyName') ?? '敵',
    item: source.text('itemName') ?? 'アイテム',
  };
}

/** Wishes that fit the settings which a file really has and that it does not fulfil yet. */
export function nextWishes(source: GameSource, seedText: string): string[] {
  const wishes = [
    ...(source.number('shotInterval') === null ? [] : ['連射を速くして']),
    ...(source.number('jumpPower') === null ? [] : ['ジャンプを高くして']),
    ...(source.number('enemyRate') === null ? [] : ['敵を増やして']),
    ...(source.number('playerSize') === null ? [] : ['主人公を大きくして']),
    ...(source.number('gameSpeed') === null ? [] : ['もっと速くして']),
    ...(source.number('lives') === null ? [] : ['ライフを5にして']),
    ...['ボス', 'BGM', 'コンボ', '無敵アイテム']
      .filter(
        (name) =>
          source.content.includes('追加機能ここまで') && !source.content.includes(`【${name}】`),
      )
      .map((name) => `${name}を追加して`),
    ...(source.text('backgroundTop') === null ? [] : ['背景を夕方にして', '敵を紫にして']),
  ];
  const usable =
    wishes.length > 0
      ? wishes
      : [
          'シューティングゲームを新しく作って',
          'パズルゲームを新しく作って',
          'レースゲームを新しく作って',
        ];
  return rotated(usable, hashOf(seedText) % usable.length).slice(0, 3);
}

export function editedText(
  done: readonly string[],
  unknown: readonly string[],
  suggestions: readonly string[],
): string {
  const missed =
    unknown.length === 0
      ? ''
      : `\n「${unknown.join('」「')}」は、この DEMO モデルではできませんでした。`;
  return `${done.join('。')}。（DEMO）${missed}\n\n${suggestionLine(suggestions)}`;
}

export function notUnderstoodText(
  unknown: readonly string[],
  suggestions: readonly string[],
): string {
  const what = unknown.length === 0 ? 'ご依頼' : `「${unknown.join('」「')}」`;
  return (
    `ごめんなさい、${what}は、この DEMO モデルではできませんでした。ファイルは変えていません。色・大きさ・速さ・数・ライフ・タイトル・背景の変更や、ボスや ` +
    `BGM などの追加ならできます。\n\n${suggestionLine(suggestions)}`
  );
}

export const REPAIR_TEXT =
  'エラーの内容を見ましたが、この DEMO モデルには自動で直す力がありません。' +
  'ファイルは変えていません。前のバージョンに戻すか、本物のモデルでお試しください。';

/** After a repair of what a play has found. */
export const mendedText = (count: number): string =>
  count === 0
    ? '言われた不具合は、このゲームの中に見つかりませんでした（DEMO）。'
    : `見つかった不具合を ${count} か所直しました（DEMO）。`;

/** "ネオン風", for answers about looks. */
export const hasStyleWord = (text: string): boolean =>
  STYLE_WORDS.some(([pattern]) => pattern.test(text));
