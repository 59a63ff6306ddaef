import { Language } from './language.js';
import type { PlayFinding } from './play.js';
import { filled, patternOf, type Params } from './templates.js';

type InBoth = Readonly<Record<Language, string>>;

/**
 * What a finished job says of itself, as a paragraph below the words of the model and in their
 * language. The params `faults` and `checks` are lists: one item a line.
 */
export const NOTES = {
  SPRITES_MISSING: {
    ja: '（画像{total}枚のうち{missing}枚が間に合わなかったので、そこはコードで描いています。）',
    en: '({missing} of {total} images did not come in time; code draws those figures instead.)',
  },
  IMAGES_UNUSABLE: {
    ja: '（送られた画像{total}枚のうち{missing}枚は使えなかったので、ゲームに入っていません。）',
    en: '({missing} of the {total} images that you sent could not be used: they are left out.)',
  },
  GAME_UNPLAYED: {
    ja: '（今回は試し遊びができなかったので、動きを確かめていません。）',
    en: '(It could not be tried out this time, so nobody has seen whether it works.)',
  },
  GAME_FAULTY: {
    ja: '（試しに遊んでみたところ、「{faults}」という不具合がありました。「直して」と送ってください。）',
    en: '(Trying it out showed: {faults}. Send “fix it” to have it mended.)',
  },
  GAME_MENDED: {
    ja: '（試しに遊んで見つけた不具合「{faults}」は、直してあります。）',
    en: '(Trying it out showed: {faults}. That is mended.)',
  },
  CHECKS_UNMET: {
    ja: '（まだできていないこと：「{checks}」。「直して」と送ると、もう一度やってみます。）',
    en: '(Not there yet: {checks}. Send “fix it” to have it tried again.)',
  },
} as const satisfies Record<string, InBoth>;
export type NoteCode = keyof typeof NOTES;

/** What stands between two items of a list. */
const BETWEEN: InBoth = { ja: '」「', en: '; ' };

type Fault = PlayFinding['code'];
/** What players are told of a finding that counts against a game, or leads to a repair. */
export const FAULTS: Readonly<Partial<Record<Fault, InBoth>>> = {
  exception: { ja: 'エラーが出ることがあります', en: 'it runs into errors' },
  blank: { ja: '画面に何も出ません', en: 'the screen stays empty' },
  freeze: { ja: '途中で固まります', en: 'it freezes' },
  memory: { ja: 'メモリーを使いすぎて止まります', en: 'it takes too much memory and stops' },
  disk: { ja: 'データを保存しすぎて止まります', en: 'it stores too much data and stops' },
  deaf: { ja: '触っても反応しません', en: 'it does not react to touch' },
  'dead-end': {
    ja: 'ゲームオーバーのあと、もう一度遊べません',
    en: 'after game over no new round begins',
  },
  'instant-death': { ja: '始まってすぐに終わってしまいます', en: 'it is over at once' },
  csp: {
    ja: '外のデータを読み込もうとして失敗しています',
    en: 'it asks for data from elsewhere, which it cannot have',
  },
  scrolls: { ja: '指を動かすと画面ごと動いてしまいます', en: 'a swipe moves the whole page' },
  unmet: {
    ja: '作る前に決めたとおりになっていない所があります',
    en: 'something is not as it was to be',
  },
};

/** Items of a list as a param. */
export const listParam = (items: readonly string[]): string => [...new Set(items)].join('\n');

/** A note in a language. */
export function note(code: NoteCode, params: Params, language: Language): string {
  const said = Object.entries(params).map(([name, value]) => {
    const items = value.split('\n');
    const words = name === 'faults' ? items.map((item) => faultWords(item, language)) : items;
    return [name, words.join(BETWEEN[language])];
  });
  return filled(NOTES[code][language], Object.fromEntries(said) as Params);
}

const faultWords = (item: string, language: Language): string =>
  FAULTS[item as Fault]?.[language] ?? item;

const CODE_OF_WORDS = new Map(
  Object.entries(FAULTS).flatMap(([code, words]) =>
    Object.values(words).map((each): [string, string] => [each, code]),
  ),
);
const PATTERNS = Object.entries(NOTES).flatMap(([code, words]) =>
  Language.options.map((language) => ({
    code,
    language,
    pattern: patternOf(words[language]),
  })),
);

/** Which note of ours this is, in whichever language; null when somebody else wrote it. */
export function noteOf(text: string): { code: string; params: Record<string, string> } | null {
  for (const { code, language, pattern } of PATTERNS) {
    const match = pattern.exec(text);
    if (match) return { code, params: paramsOf({ ...match.groups }, language) };
  }
  return null;
}

function paramsOf(groups: Params, language: Language): Record<string, string> {
  const { faults, checks } = groups;
  const split = (list: string): string[] => list.split(BETWEEN[language]);
  const codes = (list: string): string[] =>
    split(list).map((item) => CODE_OF_WORDS.get(item) ?? item);
  return {
    ...groups,
    ...(faults !== undefined && { faults: listParam(codes(faults)) }),
    ...(checks !== undefined && { checks: listParam(split(checks)) }),
  };
}
