import { storable } from '../contracts/ids.js';
import type { PlayFinding, PlayPhase } from '../contracts/play.js';
import type { Language } from './language.js';

/** What each finding means, for whoever mends the game. */
const WORDS: Readonly<Record<PlayFinding['code'], string>> = {
  exception: 'The page throws an error that nothing catches.',
  blank: 'The screen stays one plain colour: nothing of the game is to be seen.',
  freeze: 'The page stops answering: a loop or a task does not end.',
  deaf: 'Taps, holds, swipes and keys change nothing, neither the state nor the screen.',
  'dead-end': 'After game over nothing begins a new round: no tap, no button, no key.',
  'instant-death': 'The game is over at once, before anybody can do anything.',
  csp: 'The page loads something that its security policy forbids.',
  scrolls: 'A swipe moves the whole page: the game has to fill the screen and stay in place.',
  'missing-file': 'The page asks for files of its own that do not exist.',
  rejection: 'The browser refuses something, such as sound before a touch; nothing handles it.',
  'keys-only': 'Only a keyboard changes anything: on a phone there is none.',
  unmet: 'The screens of the play do not keep what the game was to be:',
  'still-score': 'The score that the game tells never changes while it is played.',
  'small-text': 'Some words are too small to be read on a phone.',
  'cut-text': 'Some words do not fit: the edge of the screen or of their box cuts them.',
  'small-targets': 'Some buttons are too small for a thumb.',
  'other-screen': 'On a smaller phone the game does not fit the screen.',
  'slow-frames': 'Each frame takes so much work that a phone will not keep up.',
  unsteady: 'The game does something else in each play with the same chance and the same clock.',
};
const MAX_EVIDENCE = 400;

type Told = Readonly<Partial<Record<PlayFinding['code'], string>>>;
/** The same for players, of hard findings. */
const JAPANESE: Told = {
  exception: 'エラーが出ることがあります',
  blank: '画面に何も出ません',
  freeze: '途中で固まります',
  deaf: '触っても反応しません',
  'dead-end': 'ゲームオーバーのあと、もう一度遊べません',
  'instant-death': '始まってすぐに終わってしまいます',
  csp: '外のデータを読み込もうとして失敗しています',
  scrolls: '指を動かすと画面ごと動いてしまいます',
  unmet: '作る前に決めたとおりになっていない所があります',
};
const ENGLISH: Told = {
  exception: 'it runs into errors',
  blank: 'the screen stays empty',
  freeze: 'it freezes',
  deaf: 'it does not react to touch',
  'dead-end': 'after game over no new round begins',
  'instant-death': 'it is over at once',
  csp: 'it asks for data from elsewhere, which it cannot have',
  scrolls: 'a swipe moves the whole page',
  unmet: 'something is not as it was to be',
};
const UNPLAYED: Readonly<Record<Language, string>> = {
  ja: '（今回は試し遊びができなかったので、動きを確かめていません。）',
  en: '(It could not be tried out this time, so nobody has seen whether it works.)',
};

/** What a player is told of a game that nobody could try out (J1). */
export const unplayedSentence = (language: Language): string => UNPLAYED[language];

/** What a player is told of a game whose faults were found and mended before it was handed over. */
export function mendedSentence(findings: readonly PlayFinding[], language: Language): string {
  const told = toldWords(findings, language);
  return language === 'ja'
    ? `（試しに遊んで見つけた不具合「${told.join('」「')}」は、直してあります。）`
    : `(Trying it out showed: ${told.join('; ')}. That is mended.)`;
}

/** What a player is told of a game that plays and does not keep these checks of its brief (J4). */
export function unmetSentence(checks: readonly string[], language: Language): string {
  return language === 'ja'
    ? `（まだできていないこと：「${checks.join('」「')}」。「直して」と送ると、もう一度やってみます。）`
    : `(Not there yet: ${checks.join('; ')}. Send “fix it” to have it tried again.)`;
}

/** What a player is told of a game that is handed over with faults (J3). */
export function findingSentence(findings: readonly PlayFinding[], language: Language): string {
  const told = toldWords(findings, language);
  return language === 'ja'
    ? `（試しに遊んでみたところ、${told.join('。')}。「直して」と送ってください。）`
    : `(Trying it out showed: ${told.join('; ')}. Send “fix it” to have it mended.)`;
}

function toldWords(findings: readonly PlayFinding[], language: Language): string[] {
  const words = language === 'ja' ? JAPANESE : ENGLISH;
  return [...new Set(findings.map(({ code }) => words[code] ?? code))];
}

export function findingOf(code: PlayFinding['code'], when: PlayPhase, evidence = ''): PlayFinding {
  return { code, when, words: WORDS[code], evidence: storable(evidence.slice(0, MAX_EVIDENCE)) };
}
