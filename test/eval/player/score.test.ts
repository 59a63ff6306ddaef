import { describe, expect, it } from 'vitest';
import type { PlayFinding } from '../../../src/contracts/game/play.js';
import type { FactKind, Receipt } from '../../../src/contracts/game/receipt.js';
import { casesOf, strangersGames, type Case, type Class } from './games.js';
import { agreedIn, type Outcome } from './outcome.js';
import { isReached, rowsOf, type Played } from './score.js';
import { listOf, tablesOf } from './tables.js';

const [game] = await strangersGames();
const [plainCase] = casesOf(game!);
const REACHED: Outcome['reached'] = {
  ...{ tapes: 3, isOver: true, isWon: false, isScored: true, isAgain: false },
  ...{ phases: [], moving: 5, answers: ['tap middle'] },
};
const OUTCOME: Outcome = {
  ...{ id: 'x', key: 'x', player: 9, verdict: 'plays', reason: '', findings: [], notes: [] },
  ...{ receipt: null, reached: REACHED, tapes: 'a', sheet: 'b', seconds: 1 },
};
const RECEIPT: Receipt = {
  ...{ tapes: 3, isSame: false, lost: [], changed: [], gained: [], same: [], neverRan: [] },
  most: null,
};
const found = (code: PlayFinding['code'], evidence = ''): PlayFinding => {
  return { code, when: 'touched', words: '', evidence };
};
const facts = (...kinds: FactKind[]): Receipt['lost'] => kinds.map((kind) => ({ kind, what: '' }));

const played = (
  kind: Class,
  of: Partial<Case>,
  outcome: Partial<Outcome> = {},
  plain: Partial<Outcome> = {},
): Played => ({
  of: { ...plainCase!, kind, id: `${kind} ${of.operator ?? ''}`, ...of },
  outcome: { ...OUTCOME, ...outcome },
  plain: { ...OUTCOME, ...plain },
});
const rowOf = (all: Played[], what: string): [yes: number, of: number] => {
  const row = rowsOf(all).find((each) => each.what.includes(what));
  return [row!.yes, row!.of];
};
const broken = (...findings: PlayFinding[]): Partial<Outcome> => {
  return { verdict: 'broken', findings };
};

describe('what a player of games of strangers is held against', () => {
  it('is every promised fault: found by any hard finding, named by its own', () => {
    const all = [
      played('promised', { fault: 'blank' }, broken(found('blank'))),
      played('promised', { fault: 'freeze' }, broken(found('exception', 'TypeError'))),
      played('promised', { fault: 'deaf' }),
    ];
    expect(rowOf(all, 'promised faults found')).toEqual([2, 3]);
    expect(rowOf(all, 'named as what they are')).toEqual([1, 3]);
    // What the game has as it is says nothing of the fault.
    const known = broken(found('csp', 'x'));
    expect(rowOf([played('promised', { fault: 'csp' }, known, known)], 'promised')).toEqual([0, 1]);
  });

  it('is a note for what no finding is for, apart from the others', () => {
    const note = { notes: [found('cut-text', '"SCORE"')] };
    const all = [
      played('promised', { fault: 'visual', operator: 'overlap' }, note),
      played('promised', { fault: 'visual', operator: 'half-empty' }, note, note),
    ];
    expect(rowOf(all, 'looks and aims')).toEqual([1, 2]);
    expect(rowOf(all, 'promised faults found')).toEqual([0, 0]);
    expect(rowOf(all, 'told faults')).toEqual([1, 2]);
  });

  it('is no hard finding in a game as it is, nor after a cosmetic edit', () => {
    const all = [
      played('plain', {}),
      played('cosmetic', {}, broken(found('deaf'))),
      played('cosmetic', {}, { verdict: 'unplayed' }),
    ];
    expect(rowOf(all, 'no false hard finding')).toEqual([1, 3]);
  });

  it('is what a change has lost, where a tape of its parent came to it', () => {
    const change = (loses: FactKind, receipt: Partial<Receipt> | null): Played =>
      played('break', { loses }, { receipt: receipt && { ...RECEIPT, ...receipt } });
    const all = [
      change('score', { lost: facts('score') }),
      change('ends', { changed: facts('moves', 'words') }),
      change('speed', { changed: facts('words') }),
      // The parent was not won; nothing is otherwise; no tape was replayed.
      change('wins', { lost: facts('wins') }),
      change('control', { isSame: true }),
      change('score', null),
    ];
    expect(all.map(isReached)).toEqual([true, true, true, false, false, false]);
    expect(rowOf(all, 'silent regressions')).toEqual([2, 3]);
    expect(rowOf(all, 'by the fact that they lose')).toEqual([1, 3]);
  });

  it('is a cosmetic edit that loses nothing, and a double that tells both', () => {
    const receipt = (change: Partial<Receipt>): Partial<Outcome> => {
      return { receipt: { ...RECEIPT, ...change } };
    };
    const cosmetic = [
      played('cosmetic', {}, receipt({ changed: facts('words') })),
      played('cosmetic', {}, receipt({ lost: facts('moves') })),
      played('cosmetic', {}),
    ];
    expect(rowOf(cosmetic, 'without a lost fact')).toEqual([1, 2]);
    const double = (change: Partial<Receipt>): Played =>
      played('double', { wished: 'speed', loses: 'score' }, receipt(change));
    const doubles = [
      double({ changed: facts('speed'), lost: facts('score') }),
      double({ changed: facts('speed') }),
      double({ lost: facts('score') }),
    ];
    expect(rowOf(doubles, 'double edits')).toEqual([1, 3]);
    // One edit of it alone is seen by no tape.
    const { of, ...seen } = played('half', {}, receipt({ isSame: true }));
    const half = { ...seen, of: { ...of, id: `${of.game.name} half ${of.operator} broken` } };
    expect(rowOf([...doubles, half], 'double edits')).toEqual([0, 0]);
  });

  it('is how far it comes in games that have such an end or a score', () => {
    const about = (change: Partial<Case['game']['about']>): Partial<Case> => {
      return { game: { ...game!, about: { ...game!.about, ...change } } };
    };
    const all = [
      played('plain', about({ ends: ['lost'], scores: true })),
      played('plain', about({ ends: ['won'], scores: false })),
    ];
    expect(rowOf(all, 'over is reached')).toEqual([1, 1]);
    expect(rowOf(all, 'the score moves')).toEqual([1, 1]);
    expect(rowOf(all, 'won')).toEqual([0, 1]);
  });

  it('is that plays of the same files are equal but for the time that they took', () => {
    const took = (ms: number): Partial<Outcome> => {
      return { seconds: ms, seen: { isOver: true, afterMs: 9, scoreMoved: null, frameCpuMs: ms } };
    };
    expect(agreedIn({ ...OUTCOME, ...took(1) })).toEqual(agreedIn({ ...OUTCOME, ...took(2) }));
    const all = [
      played('again', { take: 2 }, took(1), took(3)),
      played('again', { take: 3 }, { tapes: 'c' }),
    ];
    expect(rowOf(all, 'equal to the first')).toEqual([1, 2]);
    expect(listOf(rowsOf(all))).toMatch(/^not so: plays that are equal[^\n]*\n {2}again : tapes$/);
  });

  it('stands in tables, by number and by operator', () => {
    const all = [
      played('promised', { fault: 'blank', operator: 'black-canvas' }, broken(found('blank'))),
    ];
    const table = tablesOf(rowsOf(all), all);
    expect(table).toContain('| promised faults found | 1 | 1 | 100 % | ≥ 95 % |');
    expect(table).toContain('- _promised_: black-canvas 1/1');
  });
});
