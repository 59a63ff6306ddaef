import { describe, expect, it } from 'vitest';
import type { JudgedFact } from '../../contracts/game/judging.js';
import type { PlayReport } from '../../contracts/game/play.js';
import type { Receipt, ReceiptFact } from '../../contracts/game/receipt.js';
import { Message, render } from '../../contracts/messages/message.js';
import { lossNotes, receiptNotes } from './change-facts.js';
import { endAfterPlay } from './played-game.js';
import { findingOf } from './playing-words.js';
import { reportOf } from './playing.js';
import {
  bestRound,
  mendedBy,
  nextRepair,
  type PlayedRound,
  type PlayedRounds,
} from './repairing.js';

const SCORE: ReceiptFact = { kind: 'score', what: '' };
const SPEED: ReceiptFact = { kind: 'speed', what: 'state.enemies.0.x', ratio: 1.4 };
const JUMP: ReceiptFact = { kind: 'control', what: '#jump' };
const AGAIN: ReceiptFact = { kind: 'again', what: '' };

/** The report of a change with these facts, and what a judge says of them; null = nothing. */
function changed(
  receipt: Partial<Receipt>,
  facts: JudgedFact[] | null = [],
  more: Partial<PlayReport> = {},
): PlayReport {
  const none = { lost: [], changed: [], gained: [], same: [], neverRan: [] };
  return {
    ...reportOf([], [], { needs: [], gameTree: '00000001' }),
    receipt: { tapes: 3, isSame: false, most: null, ...none, ...receipt },
    judging:
      facts === null ? { state: 'unjudged', reason: 'x' } : { state: 'judged', checks: [], facts },
    ...more,
  };
}
const says = (at: number, asked: boolean, words = ''): JudgedFact => ({ at, asked, words });
const severe = (
  what: 'overlap' | 'placeholder',
  severity: 'severe' | 'slight' = 'severe',
): Partial<PlayReport> => ({
  judging: {
    state: 'judged',
    checks: [],
    faults: [{ what, where: 'bottom', severity, isConfirmed: true }],
  },
});

/** All rounds of a change, each told what `nextRepair` says. */
const rounds = (...reports: PlayReport[]): PlayedRounds =>
  reports.reduce<PlayedRound[]>((made, report, round) => {
    const told = round === 0 ? [] : (nextRepair(made as PlayedRounds, false)?.findings ?? []);
    return [...made, { round, revision: String(round).repeat(40), report, told }];
  }, []) as PlayedRounds;
const codes = (made: PlayedRounds) => nextRepair(made, false)?.findings.map(({ code }) => code);

const unasked = changed({ lost: [SCORE, AGAIN] }, [says(0, false, '得点'), says(1, true)]);
const whole = changed({});

describe('P4: what a change has lost', () => {
  it('has a round when a judge says that it was not asked for, and one alone', () => {
    expect(nextRepair(rounds(unasked), false)).toMatchObject({
      round: 1,
      findings: [{ code: 'lost', evidence: 'the score changed\n得点' }],
    });
    expect(codes(rounds(unasked, unasked))).toBeUndefined();
    const other = changed({ lost: [AGAIN] }, [says(0, false)]);
    expect(codes(rounds(unasked, other))).toBeUndefined();
  });

  it.each<[string, PlayReport]>([
    ['was wished', changed({ lost: [SCORE] }, [says(0, true)])],
    ['no judge has spoken of', changed({ lost: [SCORE] }, [])],
    ['nobody has judged', changed({ lost: [SCORE] }, null)],
  ])('has none when it %s', (_, report) => {
    expect(nextRepair(rounds(report), false)).toBeNull();
  });

  it('waits until nothing hard is there', () => {
    const broken = { ...unasked, verdict: 'broken', findings: [findingOf('deaf', 'touched')] };
    expect(codes(rounds(broken as PlayReport))).toEqual(['deaf']);
    expect(codes(rounds(broken as PlayReport, unasked))).toEqual(['lost']);
  });

  it.each<[string, PlayedRounds, number, string[]]>([
    ['the one that has lost less', rounds(unasked, whole), 1, ['lost']],
    ['of two alike the earliest', rounds(unasked, unasked), 0, []],
    ['none for want of a judge', rounds(unasked, changed({ lost: [SCORE] }, null)), 0, []],
  ])('J3: hands over %s', (_, made, round, mended) => {
    expect(bestRound(made).round).toBe(round);
    expect(mendedBy(made, round).map(({ code }) => code)).toEqual(mended);
  });

  it('is told first when it stays, and never keeps the change back', () => {
    const mended = [findingOf('deaf', 'touched')];
    const end = endAfterPlay({ report: unasked, mended, isFirst: false, parent: null });
    if (end.kind === 'refuse') throw new Error('it was refused');
    const notes = end.notes.map((note) => ('code' in note ? note.code : ''));
    expect(notes).toEqual(['CHANGE_LOST', 'GAME_MENDED', 'CHANGE_RECEIPT']);
    expect(end.notes.map((note) => Message.parse(JSON.parse(JSON.stringify(note))))).toEqual(
      end.notes,
    );
    expect(lossNotes(unasked).map((note) => render(note))).toEqual([
      expect.stringContaining('「得点」'),
    ]);
  });
});

describe('P4: the receipt', () => {
  const receipt = { changed: [SPEED], same: [JUMP, SCORE, AGAIN] };
  const inWords = (report: PlayReport, language: 'ja' | 'en') =>
    receiptNotes(report).map((note) => render(note, language));

  it('says in both languages what a change has changed, and what it has left', () => {
    expect(inWords(changed(receipt), 'en')).toEqual([
      '(Changed: speed of enemies ×1.4 · the same: jump, score, restart)',
    ]);
    expect(inWords(changed(receipt), 'ja')).toEqual([
      '（変わったところ: enemiesの速さ ×1.4 · 同じ: jump、得点、やり直し）',
    ]);
  });

  it('does not call the same what it calls changed', () => {
    const more = { changed: [{ ...SCORE, ratio: 3 }], same: [SCORE, JUMP] };
    expect(inWords(changed(more), 'en')).toEqual(['(Changed: score ×3 · the same: jump)']);
  });

  it('tells of what has no name only that it changed', () => {
    const drawn: ReceiptFact = { kind: 'speed', what: 'drawn.disc 23', ratio: 0.55 };
    expect(inWords(changed({ changed: [drawn] }), 'en')).toEqual(['(Changed: what is drawn)']);
  });

  it('has the words of a judge, what was wished away, the loop, and what never ran', () => {
    const drawn: ReceiptFact = { kind: 'moves', what: 'drawn.arc 12' };
    const more = {
      lost: [AGAIN],
      changed: [SPEED, drawn],
      neverRan: [{ file: 'index.html', from: 3, to: 5 }],
    };
    const loopName = 'a'.repeat(64);
    const facts = [says(0, true, 'no restart'), says(1, true, 'faster enemies')];
    const report = changed(more, facts, { loopName });
    expect(inWords(report, 'en')).toEqual([
      '(Changed: no restart, faster enemies · changes that no play has reached: 1)',
    ]);
    expect(receiptNotes(report)).toMatchObject([{ params: { loop: loopName } }]);
  });

  it('shows no id of a fact that a judge repeats in place of words', () => {
    const drawn: ReceiptFact = { kind: 'moves', what: 'drawn.image 91' };
    const raw = 'DEMO: moves drawn.image 91';
    const report = changed({ lost: [AGAIN], changed: [drawn] }, [
      says(0, false, 'again state.round.n'),
      says(1, true, raw),
    ]);
    expect(inWords(report, 'en')).toEqual(['(Changed: what is drawn)']);
    expect(JSON.stringify(lossNotes(report))).not.toContain('state.round');
  });

  it('names the look where moments differ and no fact does', () => {
    const report = changed({ same: [SCORE] }, [], { loopName: 'a'.repeat(64) });
    expect(inWords(report, 'en')).toEqual(['(Changed: how it looks · the same: score)']);
    expect(inWords(report, 'ja')).toEqual(['（変わったところ: 見た目 · 同じ: 得点）']);
  });

  it('claims no more than was measured where nothing differs, and nothing without a tape', () => {
    const same = changed({ isSame: true });
    expect(inWords(same, 'ja')).toEqual(['（変わったところ: 試し遊びでは見つかりませんでした）']);
    expect(inWords(same, 'en')).toEqual(['(Changed: nothing that a play has found)']);
    expect(receiptNotes(changed({ tapes: 0, changed: [SPEED] }))).toEqual([]);
    expect(receiptNotes(reportOf([], [], { needs: [], gameTree: '1' }))).toEqual([]);
  });
});

describe('P5: severe faults that a judge has seen twice', () => {
  const ugly = changed({}, [], severe('overlap'));

  it('have one round of a job, also of a change', () => {
    expect(nextRepair(rounds(ugly), false)).toMatchObject({
      findings: [{ code: 'visual', evidence: 'overlap: bottom' }],
    });
    expect(codes(rounds(ugly, ugly))).toBeUndefined();
    expect(codes(rounds(changed({}, [], severe('overlap', 'slight'))))).toBeUndefined();
  });

  it('J3: the one without them is handed over', () => {
    const made = rounds(ugly, whole);
    expect(bestRound(made).round).toBe(1);
    expect(mendedBy(made, 1).map(({ code }) => code)).toEqual(['visual']);
  });
});
