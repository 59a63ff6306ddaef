import { message, render } from '../../contracts/messages/message.js';
import { describe, expect, it } from 'vitest';
import type { PlayFinding, PlayPhase, PlaySummary } from '../../contracts/game/play.js';
import { answerAfterPlay, endAfterPlay, unplayedReport, type PlayedGame } from './played-game.js';
import { reportOf } from './playing.js';
import { findingOf } from './playing-words.js';

type Code = PlayFinding['code'];
const report = (...findings: [Code, PlayPhase][]) =>
  reportOf(
    findings.map(([code, when]) => findingOf(code, when)),
    [],
    { needs: [], gameTree: '00000001' },
  );
type Unrepaired = Omit<PlayedGame, 'language' | 'mended'>;
const knownAs = (verdict: PlaySummary['verdict'], ...findings: Code[]) => ({ verdict, findings });

describe('what becomes of a game that was played (J3)', () => {
  it.each<[string, Unrepaired, 'publish' | 'refuse', boolean]>([
    ['plays', { report: report(), isFirst: true, parent: null }, 'publish', false],
    [
      'could not be played',
      { report: unplayedReport('BrowserMissing'), isFirst: true, parent: null },
      'publish',
      true,
    ],
    ...(
      [
        ['blank', 'loading', 'refuse'],
        ['exception', 'loading', 'refuse'],
        ['freeze', 'loading', 'refuse'],
        ['memory', 'loading', 'refuse'],
        ['disk', 'loading', 'refuse'],
        ['exception', 'touched', 'publish'],
        ['freeze', 'touched', 'publish'],
        ['memory', 'touched', 'publish'],
        ['deaf', 'touched', 'publish'],
      ] as const
    ).map(
      ([code, when, kind]) =>
        [
          `first game: ${code} ${when}`,
          { report: report([code, when]), isFirst: true, parent: null },
          kind,
          kind === 'publish',
        ] as [string, Unrepaired, 'publish' | 'refuse', boolean],
    ),
    [
      'an edit that breaks it',
      { report: report(['deaf', 'touched']), isFirst: false, parent: knownAs('plays') },
      'refuse',
      false,
    ],
    [
      'an edit no worse than its parent',
      { report: report(['deaf', 'touched']), isFirst: false, parent: knownAs('broken', 'deaf') },
      'publish',
      true,
    ],
    [
      'an edit with another fault',
      { report: report(['csp', 'loading']), isFirst: false, parent: knownAs('broken', 'deaf') },
      'refuse',
      false,
    ],
    [
      'an edit of what nobody could play',
      { report: report(['csp', 'loading']), isFirst: false, parent: knownAs('unplayed') },
      'publish',
      true,
    ],
  ])('%s', (_, game, kind, isTold) => {
    const end = endAfterPlay({ ...game, mended: [] });
    expect(end.kind).toBe(kind);
    if (end.kind === 'refuse') return expect(end.detail).toContain(game.report.findings[0]?.code);
    const [note] = end.notes;
    expect(end.notes).toHaveLength(isTold ? 1 : 0);
    // Not one word of the other language.
    if (note) expect(render(note, 'en')).toMatch(/^[ -~“”]+$/);
  });

  it('J2: a game that was mended says so, each fault once', () => {
    const mended = [findingOf('deaf', 'touched'), findingOf('deaf', 'touched')];
    const game = { report: report(), mended, isFirst: true, parent: null };
    expect(endAfterPlay(game)).toEqual({
      kind: 'publish',
      notes: [message('GAME_MENDED', { faults: ['deaf'] })],
    });
  });

  it('J4: a game that plays says which checks of its brief it does not keep', () => {
    const judging = {
      state: 'judged' as const,
      checks: [
        { check: '点数が増える', answer: 'met' as const, why: 'x' },
        { check: '敵が三匹いる', answer: 'unmet' as const, why: '一匹だけ' },
        { check: '音が鳴る', answer: 'undecided' as const, why: 'x' },
      ],
    };
    const game = { report: { ...report(), judging }, isFirst: true, parent: null };
    const mended = [findingOf('deaf', 'touched')];
    const unmet = message('CHECKS_UNMET', { checks: ['敵が三匹いる'] });
    expect(endAfterPlay({ ...game, mended: [] })).toEqual({ kind: 'publish', notes: [unmet] });
    expect(endAfterPlay({ ...game, mended })).toEqual({
      kind: 'publish',
      notes: [message('GAME_MENDED', { faults: ['deaf'] }), unmet],
    });
  });

  it('P5: a game that plays says what a judge saw twice not looking right', () => {
    const seen = { what: 'overlap' as const, isConfirmed: true };
    const faults = [
      { ...seen, where: '点数', severity: 'severe' as const },
      { ...seen, where: '背景', severity: 'slight' as const },
    ];
    const judging = { state: 'judged' as const, checks: [], faults };
    const game = { report: { ...report(), judging }, isFirst: true, mended: [], parent: null };
    expect(endAfterPlay(game)).toEqual({
      kind: 'publish',
      notes: [message('LOOKS_LEFT', { places: ['点数'] })],
    });
  });
});

describe('the answer after a play', () => {
  const said = { text: 'You can play it right away.' };
  const [lost, faulty, receipt] = [
    message('CHANGE_LOST', { lost: [{ kind: 'score', what: '' }] }),
    message('GAME_FAULTY', { faults: ['freeze'] }),
    message('CHANGE_RECEIPT', { changed: [] }),
  ];

  it('begins with what a change has lost, and ends with its receipt', () => {
    expect(answerAfterPlay(said, [lost, receipt])).toEqual([lost, said, receipt]);
    expect(answerAfterPlay(said, [])).toEqual([said]);
  });

  it('of a game with hard faults praises nothing', () => {
    expect(answerAfterPlay(said, [faulty, receipt])).toEqual([faulty, receipt]);
  });
});
