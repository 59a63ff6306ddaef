import { cut } from '../../contracts/base/cut.js';
import type { Language } from '../../contracts/base/language.js';
import { languageOf } from '../text/language.js';

/** One line of a project's chat. */
export interface ChatLine {
  readonly role: string;
  readonly content: string;
}

const MAX_LINES = 10;

/**
 * The last ten lines, each cut to `chars` characters. `before`: the message that is being worked
 * on is the newest line already, and is left out.
 */
export function lastLines(
  history: readonly ChatLine[],
  { chars, before }: { chars: number; before?: string },
): ChatLine[] {
  const newest = history.at(-1);
  const isOwn = before !== undefined && newest?.role === 'user' && newest.content === before;
  return (isOwn ? history.slice(0, -1) : history).slice(-MAX_LINES).map(({ role, content }) => {
    const begin = cut(content, chars);
    return { role, content: begin === content ? content : `${begin}...` };
  });
}

/** The language of the newest line that a player wrote in one; null = there is none. */
export function spokenLanguage(history: readonly ChatLine[]): Language | null {
  for (const { role, content } of history.toReversed()) {
    const language = role === 'user' ? languageOf(content) : null;
    if (language !== null) return language;
  }
  return null;
}

/** Lines as a model reads them: "user: …", oldest first. */
export function transcript(lines: readonly ChatLine[]): string {
  return lines.map(({ role, content }) => `${role}: ${content}`).join('\n');
}
