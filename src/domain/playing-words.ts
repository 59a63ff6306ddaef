import type { PlayFinding, PlayPhase } from '../contracts/play.js';

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
  unsteady: 'The game does something else in each play with the same chance and the same clock.',
};
const MAX_EVIDENCE = 400;

/** The same for players, of hard findings. */
const FOR_PLAYERS: Readonly<Partial<Record<PlayFinding['code'], string>>> = {
  exception: 'エラーが出ることがあります',
  blank: '画面に何も出ません',
  freeze: '途中で固まります',
  deaf: '触っても反応しません',
  'dead-end': 'ゲームオーバーのあと、もう一度遊べません',
  'instant-death': '始まってすぐに終わってしまいます',
  csp: '外のデータを読み込もうとして失敗しています',
  scrolls: '指を動かすと画面ごと動いてしまいます',
};
export const UNPLAYED_SENTENCE = '（今回は試し遊びができなかったので、動きを確かめていません。）';

/** What a player is told of a game that is handed over with faults (J3). */
export function findingSentence(findings: readonly PlayFinding[]): string {
  const told = [...new Set(findings.map(({ code }) => FOR_PLAYERS[code] ?? code))];
  return `（試しに遊んでみたところ、${told.join('。')}。「直して」と送ってください。）`;
}

export function findingOf(code: PlayFinding['code'], when: PlayPhase, evidence = ''): PlayFinding {
  return { code, when, words: WORDS[code], evidence: evidence.slice(0, MAX_EVIDENCE) };
}
