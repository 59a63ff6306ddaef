import { describe, expect, it } from 'vitest';
import type { PlayFinding } from '../contracts/play.js';
import { unplayedReport } from './played-game.js';
import { findingOf } from './playing-words.js';
import { reportOf } from './playing.js';
import {
  bestRound,
  mendedBy,
  nextRepair,
  type PlayedRound,
  type PlayedRounds,
} from './repairing.js';

type Code = PlayFinding['code'];
const revisionOf = (round: number): string => String(round).repeat(40);
const found = (...codes: string[]): PlayFinding[] =>
  codes.map((code) => {
    const [kind = '', evidence = ''] = code.split(':');
    return findingOf(kind as Code, 'touched', evidence);
  });

/** What plays say round by round, each told what `nextRepair` says; null = nobody could play. */
function after(...plays: (string[] | null)[]): PlayedRounds {
  const rounds = plays.reduce<PlayedRound[]>((made, codes) => {
    const told = made.length === 0 ? [] : (nextRepair(made as PlayedRounds)?.findings ?? []);
    const revision = revisionOf(made.length);
    const report =
      codes === null
        ? unplayedReport(revision, 'BrowserMissing')
        : reportOf(found(...codes), [], { needs: [], seed: 1 });
    return [...made, { round: made.length, revision, report, told }];
  }, []);
  return rounds as PlayedRounds;
}

describe('J2: the next repair', () => {
  it.each<[string, PlayedRounds, [from: number, ...told: string[]] | null]>([
    ['nothing was found', after([]), null],
    ['nobody could play', after(null), null],
    ['something was found', after(['deaf']), [0, 'deaf']],
    ['it was mended', after(['deaf'], []), null],
    ['the same is there again', after(['deaf'], ['deaf']), null],
    ['an error says something else', after(['exception:a'], ['exception:b']), [1, 'exception']],
    ['an error says the same', after(['exception:a'], ['exception:a']), null],
    ['less is there', after(['deaf', 'csp'], ['csp']), null],
    ['behind a fault was another', after(['blank'], ['deaf']), [1, 'deaf']],
    ['it got worse', after(['deaf'], ['deaf', 'csp']), null],
    ['the repair could not be played', after(['deaf'], null), null],
    ['two repairs were made', after(['blank'], ['deaf'], ['csp']), null],
  ])('%s', (_, rounds, expected) => {
    const next = nextRepair(rounds);
    if (expected === null) return expect(next).toBeNull();
    const [from, ...told] = expected;
    expect(next).toMatchObject({ round: rounds.length, from: revisionOf(from), play: from + 1 });
    expect(next?.findings.map(({ code }) => code)).toEqual(told);
  });
});

describe('J3: the choice', () => {
  it.each<[string, PlayedRounds, number, string[]]>([
    ['the only one', after(['deaf']), 0, []],
    ['the one that plays', after(['deaf'], []), 1, ['deaf']],
    ['the fewest findings', after(['deaf', 'csp'], ['csp']), 1, ['deaf']],
    ['of two alike the earliest', after(['blank'], ['deaf'], ['csp']), 0, []],
    ['one that was played before one that was not', after(['deaf'], null), 0, []],
    ['the last when only that plays', after(['blank'], ['deaf'], []), 2, ['blank', 'deaf']],
  ])('%s', (_, rounds, round, mended) => {
    expect(bestRound(rounds).round).toBe(round);
    expect(mendedBy(rounds, round).map(({ code }) => code)).toEqual(mended);
  });
});
