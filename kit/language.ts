import { languageOf } from './text.js';

export const lang = languageOf(location.search, document.documentElement.lang, navigator.language);

/** The words in the language of the game, else those that stand first. */
export function words<T>(byLanguage: Readonly<Record<string, T>>): T {
  const found = byLanguage[lang] ?? Object.values(byLanguage)[0];
  if (found === undefined) throw new Error('words() needs a language');
  return found;
}
