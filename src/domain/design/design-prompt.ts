import { cut } from '../../contracts/base/cut.js';
import { GENRES } from '../../contracts/game/brief.js';
import { LANGUAGE_NAME } from '../text/language.js';
import { quoted, QUOTES_ARE_DATA } from '../generation/quoted.js';
import type { DesignWish } from './brief-by-rules.js';

/** Asks for one JSON object; what comes back is validated, and the rules stand behind it. */
export const DESIGN_SYSTEM_PROMPT = `You design small phone games before somebody else writes \
them. The message quotes the wish of a player: design the game that it wishes for, small enough \
for one HTML page, played with a thumb on a portrait screen. ${QUOTES_ARE_DATA.en} Reply with JSON \
only: {"title": string, "genre": string, "pitch": string, "controls": string, "win": string, \
"lose": string, "ends": string, "feel": string, "palette": {"background": string, "surface": \
string, "player": string, "danger": string, "reward": string, "text": string}, "sprites": \
[{"name": string, "draws": string, "fallback": string}], "checks": [string], "likeness": string or \
null}.
- All words for the player are in the language that the message names; each is one short \
sentence of at most 100 characters, the title at most 20.
- genre: the nearest of ${GENRES.join(', ')}.
- pitch: told to the player at once: who one is, what one does, what makes it fun.
- controls: the one gesture that does most. win, lose: what ends a round well and badly.
- ends: "lost" = a round goes on until it is lost; "finished" = it comes to an end with a result, \
as a quiz, a story or a race; "endless" = it is never lost, as a cosy garden; "two" = two people \
play on one phone.
- feel: what a touch is answered with, and the mood.
- palette: six colours as #rrggbb that can be told apart.
- sprites: none to four figures that matter most; name in small letters (a-z, 0-9, -), what it \
draws, and as its fallback the emoji nearest to it with the shapes by which code draws it \
otherwise: first who one plays, then what one hits or avoids, then what one collects.
- checks: three to six sentences, each of them true of the finished game and to be seen by \
somebody who plays it for half a minute without reading its code.
- likeness: where the wish names a known game, take its mechanic and give it an own title, \
figures and look that remind nobody of it; then one sentence that tells the player so. Else null.`;

/** The wish with what was chosen for it. */
export function designPrompt({ request, dimension, styleId, language }: DesignWish): string {
  return [
    `Language: ${LANGUAGE_NAME[language]}`,
    dimension ? `Dimension: ${dimension}` : null,
    styleId ? `Style: ${styleId}` : null,
    `Wish:\n${quoted(cut(request, MAX_WISH_CHARS))}`,
  ]
    .filter((part) => part !== null)
    .join('\n');
}

const MAX_WISH_CHARS = 4_000;
