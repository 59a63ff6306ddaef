import { storable } from '../../contracts/base/ids.js';
import type { VisualFault } from '../../contracts/game/judging.js';
import { Fault, message, type Message } from '../../contracts/messages/message.js';
import type { PlayFinding, PlayPhase } from '../../contracts/game/play.js';

/** Meaning of each finding, for the repair's prompt. */
const WORDS: Readonly<Record<PlayFinding['code'], string>> = {
  exception: 'The page throws an error that nothing catches.',
  blank: 'The screen stays one plain colour: nothing of the game is to be seen.',
  freeze: 'The page stops answering: a loop or a task does not end.',
  memory: 'The page takes more memory than a phone gives it, until its browser ends it.',
  disk: 'The page stores more data than a phone gives it room for.',
  deaf: 'Taps, holds, swipes and keys change nothing, neither the state nor the screen.',
  'dead-end': 'After game over nothing begins a new round: no tap, no button, no key.',
  'instant-death': 'The game is over at once, before anybody can do anything.',
  csp: 'The page loads something that its security policy forbids.',
  scrolls: 'A swipe moves the whole page: the game has to fill the screen and stay in place.',
  'missing-file': 'The page asks for files of its own that do not exist.',
  rejection: 'The browser refuses something, such as sound before a touch; nothing handles it.',
  'exception-once': 'The page throws an error once, and goes on all the same.',
  'keys-only': 'Only a keyboard changes anything: on a phone there is none.',
  unmet: 'The screens of the play do not keep what the game was to be:',
  visual: 'The screen does not look right.',
  'still-score':
    'The score that the game tells did not change in one short play: see whether it can. ' +
    'The play may have earned nothing, which is no reason to make the game easier.',
  'small-text': 'Some words are too small to be read on a phone.',
  'cut-text': 'Some words do not fit: the edge of the screen or of their box cuts them.',
  overlap: 'Some words or buttons lie over each other all the time.',
  'half-empty':
    'A large part of the screen stays empty from edge to edge: the game has to fill it.',
  'small-targets': 'Some buttons are too small for a thumb.',
  'other-screen': 'On a smaller phone the game does not fit the screen.',
  turned: 'On a phone that is turned on its side the game does not fit the screen.',
  'slow-frames': 'Each frame takes so much work that a phone will not keep up.',
  unwon:
    'The change touches what a win depends on, and no play has won since: see whether it can ' +
    'still be won.',
  lost: 'The game did this before the change and does it no more; it was not asked for:',
  unsteady: 'The game does something else in each play with the same chance and the same clock.',
};
const MAX_EVIDENCE = 400;
/** In what a game is deaf that answers otherwise. */
const DEAF_IN = {
  'devicePixelRatio 3':
    'With devicePixelRatio 3, as phones have it, it does not matter where the screen is touched; ' +
    'with 1 it does. Touches are in CSS pixels: never multiply them by devicePixelRatio.',
  visibilitychange:
    'After the page was hidden once and shown again nothing moves or answers any more.',
  'two fingers':
    'Its words ask for two fingers at once, but while one rests on the screen the other is not ' +
    'heard. Go through all touches, each by its identifier.',
  'nothing lasts':
    'Taps and drags are answered only while the finger is down: when it is lifted the game is as ' +
    'it was before.',
  'since then':
    'From some moment on no tap, hold or swipe is answered any more, though the game is not at ' +
    'its end: see what may lead there, such as a choice, and where that leads.',
  play: 'Once it has begun the game goes on as if untouched: no tap, hold or swipe counts.',
} as const;
export type DeafIn = keyof typeof DEAF_IN;

export const deafFinding = (where: DeafIn): PlayFinding => ({
  ...findingOf('deaf', 'touched', where),
  words: DEAF_IN[where],
});

/** A game that is not over, and in which nothing moves or answers from some moment on. */
export function lockedFinding(): PlayFinding {
  const words =
    'In the middle of the game everything stands still, and nothing is answered any more: ' +
    'no tap, no button, no swipe.';
  return { ...findingOf('dead-end', 'touched', 'not at its end'), words };
}

const LOOKS: Readonly<Record<VisualFault['what'], string>> = {
  overlap: 'Things lie over each other that have to be seen or touched apart.',
  'cut-off': 'The edge of the screen or of a box cuts what has to be seen whole.',
  'empty-half': 'A large part of the screen is empty: the game has to fill it.',
  unreadable: 'Words cannot be read: too small, too pale, or on a ground of their own colour.',
  'off-centre': 'A board, a panel or a line of words hangs to one side.',
  placeholder: 'Something stands in for an image or words that are missing.',
};

/** What a judge has seen wrong and where, its kind first. */
export const visualFinding = ({ what, where }: VisualFault): PlayFinding => ({
  ...findingOf('visual', 'touched', `${what}: ${where}`),
  words: LOOKS[what],
});

/** The note of a game with these faults, found or repaired (J3). */
export function faultsNote(
  code: 'GAME_FAULTY' | 'GAME_MENDED',
  findings: readonly PlayFinding[],
): Message {
  const faults = findings.flatMap((finding) => Fault.safeParse(finding.code).data ?? []);
  return message(code, { faults: [...new Set(faults)] });
}

export const findingOf = (
  code: PlayFinding['code'],
  when: PlayPhase,
  evidence = '',
): PlayFinding => ({
  code,
  when,
  words: WORDS[code],
  evidence: storable(evidence.slice(0, MAX_EVIDENCE)),
});
