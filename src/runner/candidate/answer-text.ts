/** A model's last message, split into its text and the next steps that it proposes. */
export interface FinalText {
  readonly message: string;
  readonly suggestions: string[];
}

/** Of the last line alone, and of no more of it than a person would read. */
const SUGGESTIONS = /^[*_]{0,2}提案[*_]{0,2}[ \t]{0,9}[:：][*_]{0,2}/;
const MAX_LINE_CHARS = 2_000;
const MAX_SUGGESTIONS = 5;
const FENCE = '```';

/** Takes the closing line 「提案: a、b、c」 off a text (websocket.md §6, HistoryItem). */
export function splitFinalText(text: string): FinalText {
  const whole = text.trim();
  const lineAt = whole.lastIndexOf('\n') + 1;
  const line = whole.slice(lineAt).trimStart();
  const head = line.length > MAX_LINE_CHARS ? undefined : SUGGESTIONS.exec(line)?.[0];
  if (head === undefined) return { message: whole, suggestions: [] };
  const suggestions = line
    .slice(head.length)
    .split('、')
    .map((item) =>
      item
        .trim()
        .replace(/^[「『"]|[」』"]$/g, '')
        .trim(),
    )
    .filter((item) => item !== '');
  return {
    message: whole.slice(0, lineAt).trim(),
    suggestions: suggestions.slice(0, MAX_SUGGESTIONS),
  };
}

/** 「作りました」, "I have added …": work that is claimed. */
const DONE =
  /(作|つく|完成|実装|追加|変更|修正|更新|調整|改良|直|変え|でき|仕上げ|入れ)(り|し|成し)?ました/;
const DONE_IN_ENGLISH = new RegExp(
  "\\b(?:I(?:['’]ve| have)|has been|have been|(?:game|it) is now)\\b.{0,20}" +
    '\\b(?:added|built|changed|created|finished|fixed|made|updated|ready)\\b',
  'i',
);

/** Whether the text claims work on the game. A run that changed nothing must not. */
export function claimsWork(text: string): boolean {
  return DONE.test(text) || DONE_IN_ENGLISH.test(text);
}

/**
 * A whole page that the model wrote into its answer instead of into a file, and the answer without
 * it; null when there is none.
 */
export function takeHtmlBlock(text: string): { html: string; rest: string } | null {
  const from = text.indexOf(`${FENCE}html`);
  const to = from === -1 ? -1 : text.indexOf(FENCE, from + FENCE.length);
  const begin = text.indexOf('\n', from) + 1;
  if (to === -1 || begin === 0 || begin > to) return null;
  if (text.slice(from + FENCE.length + 'html'.length, begin).trim() !== '') return null;
  const html = text.slice(begin, to).replace(/\r?\n$/, '');
  if (!/<html[\s>]|<!doctype html/i.test(html)) return null;
  const rest = text.slice(0, from) + text.slice(to + FENCE.length);
  return { html: `${html}\n`, rest: rest.trim() };
}
