import type { Language } from '../../contracts/base/language.js';
import { ERROR_REPORT } from '../../contracts/messages/error-report.js';
import { splitAttached } from '../assets/attached-images.js';

/** Name of the language in prompts. */
export const LANGUAGE_NAME: Readonly<Record<Language, string>> = { ja: 'Japanese', en: 'English' };

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;
const LATIN_WORD = /\p{Script=Latin}{2,}/u;

/**
 * The language that a text is written in; null when it shows none, as "2D" and "👍" do. Clients
 * write the lines of what goes with a message, and reports of errors, whatever its writer speaks.
 */
export function languageOf(text: string): Language | null {
  const { words } = splitAttached(text);
  if (words.startsWith(ERROR_REPORT)) return null;
  if (JAPANESE.test(words)) return 'ja';
  return LATIN_WORD.test(words) ? 'en' : null;
}
