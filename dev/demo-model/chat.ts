import { languageOf } from '../../src/domain/text/language.js';
import { GameSource } from './edits/source.js';
import { both, filled, languageTold, type Words } from './languages.js';
import { unquoted } from './quoted.js';
import { matches, REPLIES, SIGNS, TEXTS } from './tables.js';
import { STYLE_WORDS } from './theme/palettes.js';
import { nextWishes } from './wishes.js';
import { factsOf, type GameFacts } from './words.js';
import type { Conversation } from './wire/messages.js';

export function howToPlay(facts: GameFacts, source: GameSource): Words {
  const has = (key: string): boolean => source.number(key) !== null;
  // A figure that moves freely is steered, also when it can jump.
  const found = SIGNS.find(
    ({ setting }) => has(setting) && !(setting === 'jumpPower' && has('playerSpeed')),
  );
  return filled(found?.how ?? TEXTS.play, { ...facts });
}

const STYLES = STYLE_WORDS.map(([{ source }]) => source).join('|');

/** Answers a question; the value of a setting is included only where the game uses it. */
function replyTo(question: string, facts: GameFacts, source: GameSource): Words {
  const asksFor = ({ asks }: { asks: string }): boolean =>
    matches(
      asks.replace('{styles}', () => STYLES),
      question,
    );
  const { says, setting, some, none } = REPLIES.find(asksFor) ?? REPLIES.at(-1)!;
  const value = setting === undefined ? null : source.number(setting);
  const said = value === null || value === 0 ? both(none ?? '') : filled(some ?? '', { value });
  return filled(says, { ...facts, how: howToPlay(facts, source), setting: said });
}

/** The last question of the text that the product sends: everything when it is not marked. */
function questionIn(prompt: string): string {
  return /(?:^|\n)質問\s*[:：]\s*([\s\S]+)$/.exec(prompt)?.[1]?.trim() ?? prompt.trim();
}

/** Answers a question about the game as JSON. */
export function answerChat({ prompt, system }: Conversation): string {
  const question = questionIn(prompt);
  const language = languageOf(question) ?? languageTold(system) ?? 'ja';
  const source = new GameSource(unquoted(prompt));
  const facts = factsOf(source, language, prompt);
  return JSON.stringify({
    message: `【DEMO】${replyTo(question, facts, source)[language].trim()}`,
    suggestions: nextWishes(source, question, language),
  });
}
