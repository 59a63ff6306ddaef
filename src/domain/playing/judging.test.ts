import { describe, expect, it } from 'vitest';
import type { GameBrief } from '../../contracts/game/brief.js';
import { Judging, judgingSummary, type JudgedCheck } from '../../contracts/game/judging.js';
import { PlayReport, summaryOf } from '../../contracts/game/play.js';
import type { ReceiptFact } from '../../contracts/game/receipt.js';
import { briefByRules } from '../design/brief-by-rules.js';
import {
  checksMet,
  checksOfChange,
  isMetNow,
  JudgeAnswer,
  judgingOf,
  planJudging,
  unmetChecks,
} from './judging.js';
import { unplayedReport } from './played-game.js';
import { findingOf } from './playing-words.js';
import { reportOf } from './playing.js';

const byRules = briefByRules({ request: 'x', dimension: null, styleId: null, language: 'en' });
const brief: GameBrief = { ...byRules, by: 'model', checks: ['it jumps', 'it scores', 'it ends'] };
const WISH = { request: 'x', autoFix: false, parent: null };
const plays = reportOf([], [], { needs: [], gameTree: '00000001' });
const broken = reportOf([findingOf('deaf', 'touched')], [], { needs: [], gameTree: '00000001' });

describe('whether a game is judged', () => {
  it.each([
    ['it plays and was designed', plays, brief, { kind: 'ask', checks: brief.checks }],
    ['it was not designed', plays, undefined, { kind: 'known', judging: { state: 'skipped' } }],
    ['rules designed it', plays, byRules, { kind: 'known', judging: { state: 'skipped' } }],
    ['it is broken', broken, brief, null],
    ['nobody could play it', unplayedReport('BrowserMissing'), brief, null],
  ] as const)('%s', (_, report, designed, expected) => {
    const plan = planJudging(report, { ...WISH, ...(designed && { brief: designed }) });
    if (expected === null) expect(plan).toBeNull();
    else expect(plan).toMatchObject(expected);
  });

  const change = { ...WISH, request: 'half\nof that', parent: 'a'.repeat(40) };
  it('a change by what was asked for and by what was true before', () => {
    expect(planJudging(plays, { ...change, checks: ['it ends', 'half of that'] })).toEqual({
      ...{ kind: 'ask', change: 'half\nof that', checks: ['half of that', 'it ends'] },
    });
    const meant = { ...change, meaning: `enemies ${'😀'.repeat(100)}` };
    const plan = planJudging(plays, meant);
    const checks = [`enemies ${'😀'.repeat(72)}`];
    expect(plan).toEqual({ kind: 'ask', change: meant.meaning, checks });
    expect(planJudging(broken, change)).toBeNull();
  });

  it('a repair of what the game itself has told only by what was true before', () => {
    const repair = { ...change, autoFix: true };
    expect(planJudging(plays, { ...repair, checks: ['it ends'] })).toEqual({
      ...{ kind: 'ask', checks: ['it ends'] },
    });
    expect(planJudging(plays, repair)).toEqual({
      ...{ kind: 'known', judging: { state: 'skipped', reason: 'noBrief' } },
    });
  });
});

describe('P5: what a change has changed', () => {
  const fact = (what: string): ReceiptFact => ({ kind: 'moves', what });
  const receipt = {
    ...{ tapes: 1, isSame: false, gained: [fact('new')], same: [], neverRan: [], most: null },
    lost: [fact('drawn.coin\n> 2. asked')],
    changed: [{ kind: 'speed' as const, what: 'state.enemy.x', ratio: 1.4, from: 2, to: 2.8 }],
  };
  const change = { ...WISH, request: 'faster', parent: 'a'.repeat(40) };
  const facts = ['lost: moves drawn.coin > 2. asked', 'changed: speed state.enemy.x ×1.4 2 → 2.8'];

  it('is asked about by lines, what was lost first, also where errors were to be mended', () => {
    expect(planJudging({ ...plays, receipt }, change)).toMatchObject({ kind: 'ask', facts });
    expect(planJudging({ ...plays, receipt }, { ...change, autoFix: true })).toEqual({
      ...{ kind: 'ask', checks: [], facts },
    });
    expect(planJudging(plays, change)).not.toHaveProperty('facts');
    const many = { ...receipt, lost: Array.from({ length: 20 }, () => fact('x'.repeat(200))) };
    const plan = planJudging({ ...plays, receipt: many }, change);
    expect(JSON.stringify(plan).length).toBeLessThan(1_500);
  });

  it('is said of each fact once, by its number; of another there is nothing', () => {
    const checks = [said(1, 'met')];
    const about = (...of: unknown[]) => {
      const read = JudgeAnswer.parse({ checks, facts: of });
      return judgingOf({ checks: ['it is fast'], facts }, read);
    };
    const told = (number: number, asked: unknown = true) => ({
      fact: number,
      asked,
      words: 'w\nw',
    });
    expect(about(told(2), told(1, false))).toMatchObject({
      facts: [
        { at: 0, asked: false, words: 'w w' },
        { at: 1, asked: true, words: 'w w' },
      ],
    });
    expect(about(told(1), told(1, false), told(2, 'no'), told(3), 'x')).toMatchObject({
      facts: [],
    });
    // What cannot be read of them takes nothing from the checks.
    const without = JudgeAnswer.parse({ checks, facts: 'none', faults: 7 });
    expect(judgingOf({ checks: ['it is fast'], facts }, without)).toMatchObject({
      ...{ state: 'judged', facts: [] },
    });
    expect(judgingOf({ checks: ['it is fast'] }, without)).not.toHaveProperty('facts');
  });
});

describe('what a change has to leave true', () => {
  const before = (judging?: PlayReport['judging']) =>
    checksOfChange(brief, { ...plays, ...(judging && { judging }) });
  const keeps = (...answers: JudgedCheck['answer'][]): PlayReport['judging'] => ({
    state: 'judged',
    checks: answers.map((answer, at) => ({ check: brief.checks[at]!, answer, why: '' })),
  });

  it('is its brief, as far as the game kept it and no change has replaced it', () => {
    expect(before(keeps('met', 'unmet', 'undecided'))).toEqual(['it jumps', 'it ends']);
    expect(before(keeps('met', 'met'))).toEqual(['it jumps', 'it scores']);
    expect(before({ state: 'unjudged', reason: 'x' })).toEqual(brief.checks);
    expect(checksOfChange(brief, null)).toEqual(brief.checks);
  });

  it('is nothing where nobody wrote it down, or rules did', () => {
    expect(checksOfChange(null, plays)).toEqual([]);
    expect(checksOfChange(byRules, plays)).toEqual([]);
  });
});

/** What a model answers, as it comes over the wire. */
const answer = (...checks: unknown[]) => JudgeAnswer.safeParse({ checks }).data ?? null;
const said = (check: number, word: string, why: unknown = 'seen') => ({ check, answer: word, why });
const ofThree = (...checks: unknown[]) => {
  const read = answer(...checks);
  return read && judgingOf({ checks: brief.checks }, read);
};

describe('what a judge has said', () => {
  it('is kept by the number of each check, in the order of the brief', () => {
    expect(ofThree(said(3, 'undecidable'), said(1, 'met'), said(2, 'unmet', 'stays 0'))).toEqual({
      state: 'judged',
      checks: [
        { check: 'it jumps', answer: 'met', why: 'seen' },
        { check: 'it scores', answer: 'unmet', why: 'stays 0' },
        { check: 'it ends', answer: 'undecided', why: 'seen' },
      ],
    });
  });

  it('drops what a change has replaced, but never the change itself', () => {
    const read = answer(said(1, 'replaced'), said(2, 'replaced'), said(3, 'met'))!;
    const answers = (isChange: boolean) => {
      const judging = judgingOf({ checks: brief.checks, ...(isChange && { change: 'x' }) }, read);
      return judging.state === 'judged' && judging.checks.map((each) => [each.check, each.answer]);
    };
    const [jumps, ends] = [
      ['it jumps', 'undecided'],
      ['it ends', 'met'],
    ];
    expect(answers(true)).toEqual([jumps, ends]);
    expect(answers(false)).toEqual([jumps, ['it scores', 'undecided'], ends]);
  });

  it.each([
    ['leaves one out', [said(1, 'met'), said(2, 'met')]],
    ['says one twice', [said(1, 'met'), said(1, 'unmet'), said(2, 'met')]],
    ['says one twice beside the others', [1, 1, 2, 3].map((check) => said(check, 'met'))],
    ['speaks of one that is not there', [said(1, 'met'), said(2, 'met'), said(9, 'met')]],
    ['says nothing', []],
  ])('is no pass when it %s', (_, checks) => {
    expect(ofThree(...checks)).toEqual({ state: 'unjudged', reason: 'unreadable' });
  });

  it.each([
    ['another word', said(1, 'passed')],
    ['no reason', { check: 1, answer: 'met' }],
    ['no number', said('1' as unknown as number, 'met')],
  ])('cannot be read with %s', (_, check) => {
    expect(answer(check)).toBeNull();
  });

  it('is one sentence that is not long, whatever the model puts into it', () => {
    const why = `one\n\n> two\u2028three\u0000\ud800 ${'🎮'.repeat(500)}`;
    const judging = ofThree(said(1, 'met', why), said(2, 'met'), said(3, 'met'));
    const { checks } = judging as { checks: JudgedCheck[] };
    expect(checks[0]?.why).toMatch(/^one > two three 🎮+$/u);
    // What was cut is still what the report may hold.
    expect(Judging.safeParse(judging).success).toBe(true);
  });
});

const judged: PlayReport = {
  ...plays,
  judging: ofThree(said(1, 'met'), said(2, 'unmet', 'stays 0'), said(3, 'undecidable'))!,
};

describe('what it comes to', () => {
  it('counts, and tells clients no more than that', () => {
    expect(checksMet(judged)).toBe(1);
    expect(checksMet(plays)).toBe(0);
    expect(summaryOf(PlayReport.parse(judged))).toEqual({
      verdict: 'plays',
      findings: [],
      judging: { state: 'judged', met: 1, unmet: 1, undecided: 1 },
    });
    expect(judgingSummary({ state: 'unjudged', reason: 'x' })).toEqual({
      ...{ state: 'unjudged', met: 0, unmet: 0, undecided: 0 },
    });
    expect(summaryOf(plays)).toEqual({ verdict: 'plays', findings: [] });
  });

  it('what is unmet is a finding for a repair; it is mended when it was seen kept', () => {
    const [finding, ...more] = unmetChecks(judged);
    expect([finding, more]).toMatchObject([{ code: 'unmet', evidence: 'it scores\nstays 0' }, []]);
    expect(isMetNow(judged, finding!)).toBe(false);
    expect(isMetNow(plays, finding!)).toBe(false);
    expect(isMetNow(judged, findingOf('unmet', 'touched', 'it jumps\nx'))).toBe(true);
  });
});
