import { describe, expect, it } from 'vitest';
import { GAME_FAULTS } from '../../dev/demo-model/faulty-games.js';
import type { PlayFinding, PlayReport } from '../../src/contracts/game/play.js';
import { message, render } from '../../src/contracts/messages/message.js';
import { faultsNote, findingOf } from '../../src/domain/playing/playing-words.js';
import { reportOf } from '../../src/domain/playing/playing.js';
import { unplayedReport } from '../../src/domain/playing/played-game.js';
import { emptyDiary, type Run } from './actors.js';
import type { Evidence } from './evidence.js';
import { faultLines, untruths } from './untruths.js';

const REVISION = 'a'.repeat(40);
const found = (...codes: PlayFinding['code'][]): PlayReport =>
  reportOf(
    codes.map((code) => findingOf(code, 'touched')),
    [],
    { needs: [], gameTree: '00000001' },
  );
const deaf = found('deaf');
const unmet: PlayReport = {
  ...found(),
  judging: { state: 'judged', checks: [{ check: 'x', answer: 'unmet', why: '' }] },
};
const ugly: PlayReport = {
  ...found(),
  judging: {
    ...{ state: 'judged', checks: [] },
    faults: [{ what: 'overlap', where: 'x', severity: 'severe', isConfirmed: true }],
  },
};

interface Story {
  play: PlayReport;
  /** In the page that was published. */
  faults: string[];
  message?: string;
  verdict?: string;
  /** Of a change. */
  ordinal?: number;
}

/** One job that was completed, as it is found afterwards. */
function evidence({ play, faults, message = '完成', verdict, ordinal = 1 }: Story): Evidence {
  const run: Run = {
    ...{ jobId: 'job', messageId: 'm', userId: 'u', projectId: 'p', place: 0, acceptedAtMs: 0 },
    ...{ end: 'completed', tookMs: 1, places: [], isFollowed: true },
    doing: 'make',
    ...{ fault: 'deaf', told: { message, code: null, verdict: verdict ?? play.verdict } },
  };
  const commit = { parent: null, jobId: 'job', faults };
  return {
    ...{ jobs: [], chatLines: [], actions: [], writers: [], paid: [], terminated: [] },
    ...{
      damaged: [],
      unplayed: [],
      processes: [],
      scratchFolders: [],
      diary: { ...emptyDiary(), runs: [run] },
    },
    revisions: [
      {
        ...{ project_id: 'p', ordinal, revision: REVISION, parent: null, job_id: 'job' },
        ...{ kind: 'generate', play },
      },
    ],
    stored: [{ projectId: 'p', commits: { [REVISION]: commit }, candidates: [] }],
  };
}
const said = (story: Story): string[] =>
  untruths(evidence(story)).map((line) => line.replace('job job (make, deaf): ', ''));

describe('what players were told of their games', () => {
  it.each<[string, Story, string[]]>([
    ['a good game', { play: found(), faults: [] }, []],
    [
      'a broken one, told so',
      {
        play: deaf,
        faults: ['deaf'],
        message: render(faultsNote('GAME_FAULTY', deaf.findings), 'ja'),
      },
      [],
    ],
    ['a broken one as done', { play: deaf, faults: ['worse'] }, ['broken and told as done']],
    [
      'a fault that no play found',
      { play: found(), faults: ['incurable'] },
      ['has incurable and is said to play'],
    ],
    ['an end that nobody reached', { play: found(), faults: ['dead-end'] }, []],
    [
      'a good game as broken',
      { play: deaf, faults: [], message: render(faultsNote('GAME_FAULTY', deaf.findings), 'ja') },
      ['has no fault and is said to be broken'],
    ],
    [
      'another verdict than its row has',
      {
        play: deaf,
        faults: ['deaf'],
        message: render(faultsNote('GAME_FAULTY', deaf.findings), 'ja'),
        verdict: 'plays',
      },
      ['broken in its row, told as plays'],
    ],
    [
      'a game that nobody played as done',
      { play: unplayedReport('x'), faults: [] },
      ['unplayed and told as done'],
    ],
    [
      'a blank screen',
      {
        play: found('blank'),
        faults: ['blank'],
        message: render(faultsNote('GAME_FAULTY', found('blank').findings), 'ja'),
      },
      ['shows nothing and was handed over'],
    ],
    [
      'the same after a change',
      {
        play: found('blank'),
        faults: ['blank'],
        message: render(faultsNote('GAME_FAULTY', found('blank').findings), 'ja'),
        ordinal: 2,
      },
      [],
    ],
    [
      'what is unmet',
      {
        play: unmet,
        faults: ['unmet'],
        message: render(message('CHECKS_UNMET', { checks: ['x'] }), 'ja'),
      },
      [],
    ],
    [
      'what is unmet as done',
      { play: unmet, faults: ['unmet'] },
      ['a check is unmet and told as done'],
    ],
    [
      'a judge that passes what is unmet',
      { play: { ...unmet, judging: { state: 'judged', checks: [] } }, faults: ['unmet'] },
      ['is not what it was to be and was passed'],
    ],
    ['what no judge has looked at', { play: found(), faults: ['looks'] }, []],
    [
      'what does not look right as done',
      { play: ugly, faults: ['looks'] },
      ['does not look right and told as done'],
    ],
    [
      'what does not look right, told so',
      {
        play: ugly,
        faults: ['looks'],
        message: render(message('LOOKS_LEFT', { places: ['x'] }), 'ja'),
      },
      [],
    ],
    [
      'no judge at all',
      { play: { ...unmet, judging: { state: 'unjudged', reason: 'x' } }, faults: ['unmet'] },
      [],
    ],
  ])('%s', (_, story, expected) => {
    expect(said(story)).toEqual(expected);
  });

  it('a failure that says nothing', () => {
    const failed = evidence({ play: deaf, faults: [], message: '' });
    failed.diary.runs[0]!.end = 'failed';
    expect(untruths(failed)).toEqual(['job job (make, deaf): failed, and nothing says why']);
  });

  it('are counted by the fault that was asked for', () => {
    expect(faultLines(evidence({ play: deaf, faults: ['deaf'] }))).toEqual([
      'games that were to be broken:',
      '  deaf: 1 told as broken',
    ]);
    expect(GAME_FAULTS).toContain('deaf');
  });
});
