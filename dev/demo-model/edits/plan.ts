import type { Words } from '../languages.js';
import type { AskedFor } from '../request-text.js';
import { PHRASES } from '../tables.js';
import { isAboutImage, showAttached } from './attached.js';
import { LOOK_RULES, wearStyle, type Rule } from './looks.js';
import { PLAY_RULES } from './play.js';
import { wishesOf } from './sentence.js';
import { GameSource, type Edit } from './source.js';

/** What becomes of a change request. */
export interface EditPlan {
  /** Edits of index.html in the order in which they have to be made. */
  edits: readonly Edit[];
  /** Edits of specs/game.md, so that it stays true. */
  specEdits: readonly Edit[];
  /** Each change in a sentence. */
  done: Words[];
  /** Wishes that were not understood, in the user's words. */
  unknown: string[];
}

const RULES: readonly Rule[] = [...PLAY_RULES, ...LOOK_RULES];
/** "速くしないで" requests no change. */
const FORBIDS = /ないで|なくていい|\bdon'?t\b|\bdo not\b/i;
/** Polite leftovers that are no wishes. */
const EMPTY_WISH = new RegExp(`^(?:${PHRASES.polite})[。!！]?$`, 'i');

/**
 * Finds what a request asks for in the file as it is: pure, nothing but text found in the file is
 * edited.
 */
export function planEdits(
  wanted: string,
  index: string,
  spec: string | null,
  { attached, styleId }: Pick<AskedFor, 'attached' | 'styleId'> = { attached: [], styleId: null },
): EditPlan {
  const request = withDigits(wanted);
  const source = new GameSource(index);
  const done = showAttached(source, request, attached);
  const isShown = done.length > 0;
  const unknown: string[] = [];
  const styled = styleId === null ? null : wearStyle(source, styleId);
  if (styled) done.push(styled);
  for (const wish of styled ? [] : wishesOf(request, source)) {
    if (EMPTY_WISH.test(wish.words) || (isShown && isAboutImage(wish.words))) continue;
    const sameBefore = source.sameCount;
    const result = FORBIDS.test(wish.words)
      ? null
      : RULES.reduce<Words | null>((found, rule) => found ?? rule(wish, source), null);
    if (result !== null) done.push(result);
    else if (source.sameCount > sameBefore)
      done.push({
        ja: `「${wish.words}」は、もうそうなっています`,
        en: `“${wish.words}”: it is like that already`,
      });
    else noteUnknown(unknown, wish.words, request);
  }
  return { edits: source.edits, specEdits: specEdits(spec, index, source.content), done, unknown };
}

/** What stood together in the request is reported together, however it was split into wishes. */
function noteUnknown(unknown: string[], words: string, request: string): void {
  const together = `${unknown.at(-1) ?? ''}${words}`;
  if (unknown.length > 0 && request.normalize('NFKC').includes(together))
    unknown[unknown.length - 1] = together;
  else unknown.push(words);
}

const NUMBER_WORDS = 'two three four five six seven eight nine ten'.split(' ');
/** "Five lives" as "5 lives"; "one more" is no number. */
const withDigits = (text: string): string =>
  text.replace(new RegExp(`\\b(?:${NUMBER_WORDS.join('|')})\\b`, 'gi'), (word) =>
    String(NUMBER_WORDS.indexOf(word.toLowerCase()) + 2),
  );

const titleIn = (html: string): string | undefined => /<title>([^<]*)<\/title>/i.exec(html)?.[1];

function specEdits(spec: string | null, before: string, after: string): readonly Edit[] {
  const title = titleIn(after);
  if (spec === null || title === undefined || titleIn(before) === title) return [];
  const line = /^.*ゲーム名\s*[:：].*$/m.exec(spec)?.[0];
  if (line === undefined) return [];
  const source = new GameSource(spec);
  source.replace(
    line,
    line.replace(/(ゲーム名\s*[:：]\s*).*$/, (_, label: string) => `${label}${title}`),
  );
  return source.edits;
}
