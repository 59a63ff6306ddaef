import { GameSource } from './edits/source.js';
import { both, languageTold, type Words } from './languages.js';
import { unquoted } from './quoted.js';
import { factsOf } from './words.js';
import type { Conversation } from './wire/messages.js';

/** The product asks for words about a game, to be shown in its video. */
const REQUEST = /(?:^|\n)依頼\s*[:：].*紹介動画に載せる言葉/;

export function wantsVideoWords(prompt: string): boolean {
  return REQUEST.test(prompt);
}

const COLOURS: readonly (readonly [key: string, background: string, accent: string])[] = [
  ['shotInterval', '#1b1446', '#ffb800'],
  ['popSeconds', '#12301c', '#ffd84a'],
  ['columns', '#3a0f2e', '#ff8fb1'],
  ['perfectRange', '#0b2b3c', '#3ee0c5'],
  ['jumpPower', '#10233f', '#ff9d3c'],
];

/**
 * Words and colours as the JSON document that the product asks for, out of what the game says about
 * itself.
 */
export function answerVideoWords({ prompt, system }: Conversation): string {
  const language = languageTold(system) ?? 'ja';
  const source = new GameSource(unquoted(prompt));
  const { player, item, enemy } = factsOf(source, language);
  const [, background, accent] = COLOURS.find(([key]) => source.number(key) !== null) ?? [
    '',
    '#1f1750',
    '#ffb800',
  ];
  const tagline: Words = { ja: `${player}と、どこまで行ける？`, en: 'How far can you get?' };
  const scenes: Words[] = [
    { ja: `${item}を集めて`, en: 'Collect it all' },
    { ja: `${enemy}をかわせ！`, en: 'Dodge them all!' },
    both('いますぐ遊ぼう！|Play it now!'),
  ];
  return JSON.stringify({
    tagline: tagline[language],
    scenes: scenes.map((scene) => scene[language]),
    colours: { background, accent },
  });
}
