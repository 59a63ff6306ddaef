/** The languages that players are spoken to in. */
export type Language = 'ja' | 'en';

/** As models are told of it. */
export const LANGUAGE_NAME: Readonly<Record<Language, string>> = { ja: 'Japanese', en: 'English' };

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;
const LATIN_WORD = /\p{Script=Latin}{2,}/u;

/** The language that a text is written in; null when it shows none, as "2D" and "👍" do. */
export function languageOf(text: string): Language | null {
  if (JAPANESE.test(text)) return 'ja';
  return LATIN_WORD.test(text) ? 'en' : null;
}
