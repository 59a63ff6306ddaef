/** State of a game: what it declares, and the words on its screen. */
export interface ToldState {
  /** `document.documentElement.dataset`. */
  readonly data: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  readonly drawn: readonly string[];
}

const OVER_STATE = /^(game[-_ ]?over|over|lost|lose|dead|died|failed)$/i;
const OVER_WORDS = /game\s*over|ゲームオーバー|ゲーム終了|\byou (lose|lost|died)\b/i;
const TITLE_STATE = /^(title|ready|menu|start|intro|attract|waiting)$/i;
const TITLE_WORDS = /スタート|はじめる|\bstart\b|\bplay\b|tap to|(タップ|タッチ)(して|で)/i;

/** Is the game lost? A state that it declares decides, else its words do. */
export function isOver(state: ToldState): boolean {
  return tells(state, OVER_STATE, OVER_WORDS);
}

/** Whether it shows a title and waits for the first input. */
export function isTitle(state: ToldState): boolean {
  return !isOver(state) && tells(state, TITLE_STATE, TITLE_WORDS);
}

/** All of it as one text, to be compared. */
export function stateText({ data, words, drawn }: ToldState): string {
  const declared = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([declared, words, drawn]);
}

/** What a game declared, from such a text. */
export function declaredIn(text: string): Readonly<Record<string, string>> {
  const [declared] = JSON.parse(text) as [[string, string][]];
  return Object.fromEntries(declared);
}

function tells({ data, words, drawn }: ToldState, state: RegExp, text: RegExp): boolean {
  const declared = data['state'];
  if (declared !== undefined) return state.test(declared);
  return [...words, ...drawn].some((each) => text.test(each));
}
