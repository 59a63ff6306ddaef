import { Language } from '../../src/contracts/base/language.js';
import { LANGUAGE_NAME } from '../../src/domain/text/language.js';

/** One text in each language. */
export type Words = Readonly<Record<Language, string>>;

/** Parses `ja|en`; a text that is the same in both is written once. */
export function both(sideBySide: string): Words {
  const [ja = '', en = ja] = sideBySide.split('|');
  return { ja, en };
}

/** What is built of other words, once in each language. */
export const inEach = (say: (language: Language) => string): Words => ({
  ja: say('ja'),
  en: say('en'),
});

type Facts = Readonly<Record<string, Words | string | number>>;

/** `ja|en` with each `{name}` replaced by that fact. */
export function filled(sideBySide: string, facts: Facts): Words {
  const words = both(sideBySide);
  return inEach((language) =>
    words[language].replace(/\{(\w+)\}/g, (place, name: string) => {
      const fact = facts[name] ?? place;
      return typeof fact === 'object' ? fact[language] : String(fact);
    }),
  );
}

/** 「敵と背景」, “enemies and background”. */
export const joined = (list: readonly Words[]): Words => ({
  ja: list.map(({ ja }) => ja).join('と'),
  en: list.map(({ en }) => en).join(' and '),
});

/** What players read in the code of a game: 「«もう一回あそぶ|Play again»」. */
const SHOWN = /«([^«»|]*)\|([^«»|]*)»/g;

/** Code of a game as it stands in a page of that language. */
export const spoken = (code: string, language: Language): string =>
  code.replace(SHOWN, language === 'ja' ? '$1' : '$2');

/** Each way in which the product names the language of the answer. */
const NAMED =
  /(?:The player reads|Answer in plain, short|JSON only, in|^Language:) (?<name>[A-Z][a-z]+)/m;

/** The language that the product asks for; null when it names none. */
export function languageTold(text: string): Language | null {
  const name = NAMED.exec(text)?.groups?.['name'];
  return Language.options.find((language) => LANGUAGE_NAME[language] === name) ?? null;
}
