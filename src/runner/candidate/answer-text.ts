/** A model's last words, split into what it says and what it proposes next. */
export interface FinalText {
  readonly message: string;
  readonly suggestions: string[];
}

const SUGGESTIONS = /(?:^|\n)[ \t]*[*_]{0,2}提案[*_]{0,2}[ \t]*[:：][*_]{0,2}[ \t]*([^\n]*?)\s*$/;
const MAX_SUGGESTIONS = 5;
const HTML_BLOCK = /```html[ \t]*\r?\n([\s\S]*?)\r?\n?```/;

/** Takes the closing line 「提案: a、b、c」 off a text (websocket.md §6, HistoryItem). */
export function splitFinalText(text: string): FinalText {
  const match = SUGGESTIONS.exec(text);
  if (!match) return { message: text.trim(), suggestions: [] };
  const suggestions = (match[1] ?? '')
    .split('、')
    .map((item) => item.replace(/^[「『"]|[」』"]$/g, '').trim())
    .filter((item) => item !== '');
  return {
    message: text.slice(0, match.index).trim(),
    suggestions: suggestions.slice(0, MAX_SUGGESTIONS),
  };
}

/** 「作りました」, "I have added …": work that is told as done. */
const DONE =
  /(作|つく|完成|実装|追加|変更|修正|更新|調整|改良|直|変え|でき|仕上げ|入れ)(り|し|成し)?ました/;
const DONE_IN_ENGLISH = new RegExp(
  "\\b(?:I(?:['’]ve| have)|has been|have been|(?:game|it) is now)\\b.{0,20}" +
    '\\b(?:added|built|changed|created|finished|fixed|made|updated|ready)\\b',
  'i',
);

/** Does the text tell of work that was done on the game? A run that changed nothing must not. */
export function claimsWork(text: string): boolean {
  return DONE.test(text) || DONE_IN_ENGLISH.test(text);
}

/**
 * A whole page that the model wrote into its answer instead of into a file, and the answer without
 * it; null when there is none.
 */
export function takeHtmlBlock(text: string): { html: string; rest: string } | null {
  const match = HTML_BLOCK.exec(text);
  const html = match?.[1];
  if (!match || html === undefined || !/<html[\s>]|<!doctype html/i.test(html)) return null;
  return { html: `${html}\n`, rest: text.replace(match[0], '').trim() };
}
