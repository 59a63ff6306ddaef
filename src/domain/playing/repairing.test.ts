import { describe, expect, it } from 'vitest';
import type { JudgedCheck } from '../../contracts/game/judging.js';
import type { PlayFinding, PlayReport } from '../../contracts/game/play.js';
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
    const told = made.length === 0 ? [] : (nextRepair(made as PlayedRounds, true)?.findings ?? []);
    const revision = revisionOf(made.length);
    const report =
      codes === null
        ? unplayedReport('BrowserMissing')
        : reportOf(found(...codes), [], { needs: [], gameTree: '00000001' });
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
    const next = nextRepair(rounds, true);
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

describe('J2, J3: what a judge has said', () => {
  const judged = (report: PlayReport, ...answers: JudgedCheck['answer'][]): PlayReport => ({
    ...report,
    judging: {
      state: 'judged',
      checks: answers.map((answer, at) => ({ check: `check ${at}`, answer, why: 'seen' })),
    },
  });
  const plays = (...answers: JudgedCheck['answer'][]) =>
    judged(reportOf([], [], { needs: [], gameTree: '00000001' }), ...answers);
  const unjudged: PlayReport = { ...plays(), judging: { state: 'unjudged', reason: 'x' } };
  const broken = reportOf(found('deaf'), [], { needs: [], gameTree: '00000001' });

  /** As `after`, of whole reports. */
  const rounds = (...reports: PlayReport[]): PlayedRounds =>
    reports.reduce<PlayedRound[]>((made, report, round) => {
      const told = round === 0 ? [] : (nextRepair(made as PlayedRounds, true)?.findings ?? []);
      return [...made, { round, revision: revisionOf(round), report, told }];
    }, []) as PlayedRounds;

  it.each<[string, PlayedRounds, [from: number, ...told: string[]] | null]>([
    ['everything is met', rounds(plays('met', 'met')), null],
    ['nothing can be decided', rounds(plays('undecided', 'undecided')), null],
    ['nobody has judged', rounds(unjudged), null],
    ['one is unmet', rounds(plays('met', 'unmet')), [0, 'check 1']],
    ['they are again: one round and no more', rounds(plays('unmet'), plays('unmet')), null],
    [
      'others are: one round and no more',
      rounds(plays('met', 'unmet'), plays('unmet', 'met')),
      null,
    ],
    ['the repair broke it: it has its round', rounds(plays('unmet'), broken), null],
    ['it was mended first', rounds(broken, plays('unmet')), [1, 'check 0']],
    ['both rounds were used', rounds(broken, plays('unmet'), plays('unmet')), null],
  ])('repairs when %s', (_, made, expected) => {
    const next = nextRepair(made, true);
    if (expected === null) return expect(next).toBeNull();
    const [from, ...told] = expected;
    expect(next).toMatchObject({ round: made.length, from: revisionOf(from), play: from + 1 });
    expect(next?.findings.map(({ code, evidence }) => [code, evidence])).toEqual(
      told.map((check) => ['unmet', `${check}\nseen`]),
    );
  });

  it('a change has no round for what a judge misses, only for what a play finds', () => {
    expect(nextRepair(rounds(plays('unmet')), false)).toBeNull();
    expect(nextRepair(rounds(broken), false)).toMatchObject({ findings: [{ code: 'deaf' }] });
  });

  it.each<[string, PlayedRounds, number, string[]]>([
    ['most checks', rounds(plays('met', 'unmet'), plays('met', 'met')), 1, ['unmet']],
    ['of two alike the earliest', rounds(plays('unmet', 'met'), plays('met', 'unmet')), 0, []],
    ['one that was judged', rounds(plays('met', 'unmet'), unjudged), 0, []],
    ['one that plays, whatever it keeps', rounds(plays('unmet'), broken), 0, []],
    [
      'what was mended in both ways',
      rounds(broken, plays('unmet'), plays('met')),
      2,
      ['deaf', 'unmet'],
    ],
    ['no more than was seen', rounds(broken, plays('unmet'), plays('undecided')), 1, ['deaf']],
  ])('hands over %s', (_, made, round, mended) => {
    expect(bestRound(made).round).toBe(round);
    expect(mendedBy(made, round).map(({ code }) => code)).toEqual(mended);
  });
});
