import type { Ending, GameBrief } from '../../contracts/game/brief.js';
import type { Language } from '../../contracts/base/language.js';

/** Checks of a game of which only its ending is known. */
const RULE_CHECKS = {
  ja: {
    always: ['タップや指の動きにゲームが反応する', '遊んでいると点数か状態が変わる'],
    lost: ['遊び続けるとゲームオーバーかクリアになる', '終わったあと、もう一度遊べる'],
    finished: ['遊び続けると最後まで進み、結果が出る', '終わったあと、もう一度遊べる'],
    endless: ['終わりがなく、遊ぶほど増えたり育ったりする'],
    two: ['二人がそれぞれの指で同時に遊べる', 'どちらかが勝つと結果が出る'],
  },
  en: {
    always: ['the game reacts to taps and drags', 'score or state changes while it is played'],
    lost: ['playing on leads to a game over or a win', 'after the end it can be played again'],
    finished: ['playing on leads to an end with a result', 'after the end it can be played again'],
    endless: ['it never ends, and something grows the longer it is played'],
    two: ['two people play at the same time, each with fingers of their own', 'one of them wins'],
  },
} satisfies Record<Language, Record<Ending | 'always', string[]>>;

const KNOWN = new Set(Object.values(RULE_CHECKS).flatMap((texts) => Object.values(texts).flat()));

export function ruleChecks(language: Language, ends: Ending): string[] {
  const texts = RULE_CHECKS[language];
  return [...texts.always, ...texts[ends]];
}

/** Whether a brief has a check that rules do not write. */
export function hasOwnChecks({ by, checks }: Pick<GameBrief, 'by' | 'checks'>): boolean {
  return by === 'model' || checks.some((check) => !KNOWN.has(check));
}
