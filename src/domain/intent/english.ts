import type { Reading } from './reading.js';
import { anyOf, oneOf, pattern, whole } from './patterns.js';

/** Openers before the request itself. */
const OPENERS = oneOf(
  'hey hi ugh nope hello ok okay so and also now then please but well um hmm maybe perhaps sorry',
  'actually thanks',
);
const OPENING = pattern(`^(?:${OPENERS}\\b[,!.\\s]*)+(?=\\w)`);

const EARLIER = '(?:previous|earlier|old|older|last|original|prior|former|other)';
const WANTING = 'want use keep give_me';
const STATE = '(?:version|one|state|look|game|design|way)';
const BETTER = oneOf('better nicer cooler prettier easier more_fun good great');
const RESTORE = [
  /\b(?:undo|revert|roll(?:ing)? ?(?:it |that |this )?back)\b/i,
  /\b(?:prefer(?:red)?|liked?|better)\b.{0,25}\bbefore\W*$/i,
  pattern(
    `^(?:please )?${oneOf('change put bring turn switch take set get give')} `,
    `${oneOf('it that this everything all them me')}(?: all)? back\\b`,
  ),
  pattern(
    '\\b(?:go|going|return|switch|change|turn|put|bring|take|get|set|move)\\b.{0,20}',
    '\\b(?:back|return to|to)\\b.{0,25}',
    `\\b(?:(?:was|were|had) (?:it )?before|it was|${EARLIER} ${STATE}|version before)\\b`,
  ),
  pattern(
    `\\b${oneOf('restore bring_back back_to return_to liked? loved? prefer(?:red)?', WANTING)}\\b`,
    `.{0,15}\\b${EARLIER} ${STATE}\\b`,
  ),
  pattern(`\\b${EARLIER} ${STATE} (?:was|is|looked|felt|played)\\b.{0,15}\\b`, BETTER),
  pattern('\\b(?:was|were|looked|felt|played)\\b.{0,12}\\b', BETTER, '\\b.{0,6}\\bbefore\\b'),
  /^(?:go|step|take me) back\W*$|\b(?:how|the way|like) it (?:was|used to be)\b/i,
  pattern(
    `^${oneOf('cancel discard drop forget')} ${oneOf('that the this your my')} `,
    '(?:last |latest )?(?:change|edit|update)s?\\b',
  ),
  /\brestore\b.{0,20}\b(?:version|yesterday|everything)\b/i,
];
/** Going back as a part of the game: an ordinary change. */
const RESTORES_A_PART = /\b(?:button|key|feature|option|when|after|if|should|move|every time)\b/i;

const WORDS_WANTED = [
  /\b(?:explain|describe|suggest|recommend|brainstorm|advise|summari[sz]e)\b/i,
  pattern(`\\b${oneOf('tell_me tell_us let_me_know ideas? advice opinion feedback_on')}\\b`),
  /\bwhat do you think\b/i,
  /\bhelp me (?:to )?(?:think|decide|choose|understand|find|pick|name|come up)\b/i,
  /\b(?:don'?t|do not|can'?t) (?:understand|know|get how|get why)\b/i,
  /\b(?:not sure|wonder|curious|confused)/i,
];

const CHANGE = oneOf(
  'make add change remove delete increase decrease reduce fix turn set put create build replace',
  'move use speed slow double halve raise lower hide enable disable try let give show have draw',
  'play spawn start stop limit rename translate repair improve adjust tweak swap keep do include',
  'get write design adapt animate color colour paint resize shrink enlarge bring spread swing send',
  'drop introduce implement',
);
const IMPERATIVE = pattern(
  `^(?:just |simply |don'?t |let'?s )?${CHANGE}\\b(?! (?:you|i|we|they)\\b)`,
);

const ASKED_TO = [
  pattern(
    "^(?:can|could|would|will|won't|can't) you (?:please |maybe |also |just )?",
    '(?!do\\W*$|see\\b|play\\b|really\\b|actually\\b)\\w+',
  ),
  pattern(
    '^(?:can|could|may) (?:we|i) (?:please |maybe |also )?',
    `${oneOf('have get add make do build create change try')}\\b`,
  ),
  /^(?:can|could) (?:the|there|it|its|my|our|all|each|every|enemies|coins)\b/i,
  /\b(?:is|would) (?:it|there) (?:be )?(?:possible|any way|a way)\b|\bpossible to\b/i,
  /\bany chance\b|\bwould you mind\b/i,
  /^(?:how|what) about\b|^why (?:not|don'?t (?:we|you))\b|^what if\b/i,
  /\bshould(?:n'?t)? (?:we|it) (?:maybe )?(?:be|have)\b/i,
];
/** "Is it possible to play with two?" asks about the game as it is. */
const ASKED_ABOUT_PLAY =
  /\b(?:possible|way) (?:to|for .{1,20} to) (?:play|win|share|save|lose|publish)\b/i;

const WISH = anyOf(
  /\b(?:i|we|would)(?:'d| would| really){0,3} (?:like|want|need|love|prefer|wish)\b|\blet'?s\b/,
  /\bneeds? (?:to|more|a)\b|\bshould\b|\bwould be (?:cool|nice|great|fun|better|awesome|good)\b/,
);

/** "When I die, show …": a condition, not a question. */
const CONDITION =
  /^(?:when|where|if|once|after|before|while|each time|every time)\b(?=[^?]*$)[^,]*,/i;
const QUESTION_START = anyOf(
  /^(?:what|why|how|when|where|who|whom|whose|which|what's|who's|how's|where's)\b/,
  /^(?:is|are|am|was|were|does|did|can|could|will|would(?! love| like| prefer| be)|should|may) /,
);
const QUESTION_END = /\?[^\w?]*$/;

const SMALL_TALK_STARTS = oneOf(
  'thanks thank_you thx ty cool nice great awesome hello hi hey wow ok okay good perfect love yes',
  "loving looks? looking that that's this it's i_love amazing yep yeah lol haha got understood",
  'well so_good so_cool so_fun very excellent beautiful',
);
const SMALL_TALK_WORDS = oneOf(
  'there it i is job work done so very much really a lot fun morning evening the game all',
);
const SMALL_TALK = pattern(
  `^${whole('first', SMALL_TALK_STARTS)}[\\s,!.]*`,
  `(?:${whole('next', `${SMALL_TALK_STARTS}|${SMALL_TALK_WORDS}`)}[\\s,!.]*)*$`,
);

/** Reads an English message, already in NFKC. */
export function readEnglish(message: string): Reading {
  const curly = message.replace(/[‘’]/g, "'");
  const text = curly.replace(OPENING, '').trim();
  const matches = (list: readonly RegExp[]): boolean => list.some((each) => each.test(text));
  const asks = (QUESTION_START.test(text) && !CONDITION.test(text)) || QUESTION_END.test(text);
  const isPolite = matches(ASKED_TO) && !ASKED_ABOUT_PLAY.test(text);
  const wantsWords = matches(WORDS_WANTED);
  const isImperative = IMPERATIVE.test(text) && !QUESTION_END.test(text);
  return {
    restores: matches(RESTORE) && !RESTORES_A_PART.test(text),
    asksForWords: wantsWords,
    orders: isImperative || (WISH.test(text) && !asks),
    ordersPolitely: isPolite,
    asks,
    chats: SMALL_TALK.test(curly),
  };
}
