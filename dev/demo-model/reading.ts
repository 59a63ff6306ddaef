import { detectIntent } from '../../src/domain/intent/intent.js';
import { languageOf } from '../../src/domain/text/language.js';
import { mentionedDimension } from '../../src/domain/styles/style-gate.js';
import { mentionedStyle } from '../../src/domain/styles/style-words.js';
import pointing from './data/pointing.json' with { type: 'json' };
import { unquoted } from './quoted.js';
import { GENRES, matches } from './tables.js';
import { STYLE_IDS, stylePreset } from './theme/palettes.js';
import { themeFromText } from './theme/theme.js';
import type { Theme } from './theme/types.js';

/** Request for the intent of a message. */
const TASK = /^You sort the messages of players who make a phone game/;

export function wantsReading(system: string): boolean {
  return TASK.test(system);
}

/** What points to the wish before it: "half of that", 「さっきの半分くらい」. */
const POINTS_BACK =
  /さっき|それ(?!ぞれ)|その|もう(?:少し|ちょっと)(?!.*を)|same|\bthat\b|half|again|もっと$/i;

/** The player's last request for a change in the chat lines of the prompt. */
function lastWish(prompt: string): string | null {
  const lines = [...unquoted(prompt).matchAll(/^user: (.+)$/gm)].map(([, text = '']) => text);
  return lines.findLast((text) => detectIntent(text, false) === 'edit') ?? null;
}

/** What "half of that" halves, by what was wished for. */
const HALVED = pointing.halved as [words: string, what: string][];

/** What was done was too much. */
const TOO_MUCH = /弱め|控えめ|抑え|やりすぎ|\bless\b|too much/i;
/** A little of the opposite of what was wished for. */
const REVERSED = pointing.reversed as [words: string, opposite: string][];

/** The message with the wish that it points to. */
function written(wish: string, message: string): string {
  const reversed = TOO_MUCH.test(message) && REVERSED.find(([words]) => matches(words, wish));
  if (reversed) return wish.replace(new RegExp(reversed[0], 'i'), reversed[1]);
  const halved = HALVED.find(([words]) => matches(words, wish))?.[1];
  const [subject = ''] = wish.split(/[をはが]/);
  if (halved !== undefined && /半分|half/i.test(message))
    return `${subject}の${halved}を半分にして`;
  return `${wish} → ${message}`;
}

/** What the message does not name is to be chosen. */
const CHOOSES = /else (?:of )?the one that suits/;

/** The style that the words name, else one that has the place of the game, else a plain one. */
function suitingStyle({ styleId, dimension, scenery }: Theme): string {
  const suits = (id: string) => stylePreset(id, dimension)?.scenery === scenery;
  const plain = dimension === '3d' ? 'toon' : 'cartoon';
  return styleId ?? STYLE_IDS[dimension].find(suits) ?? plain;
}

/** The intent of a message by keywords, as JSON. */
export function answerReading(prompt: string, system = ''): string {
  const [before = '', message = ''] = prompt.split(/\n\nMessage: |^Message: /);
  const isNew = prompt.startsWith('Game: none yet');
  const intent = detectIntent(message, isNew);
  const wish = intent === 'edit' && POINTS_BACK.test(message) ? lastWish(before) : null;
  const theme = CHOOSES.test(system) ? themeFromText(message) : null;
  return JSON.stringify({
    intent,
    request: wish === null ? message : written(wish, message),
    dimension: theme?.dimension ?? mentionedDimension(message),
    style: mentionedStyle(message) ?? (theme && suitingStyle(theme)),
    ...(theme && { genre: GENRES[theme.genre].design }),
    language: languageOf(message) ?? 'ja',
  });
}
