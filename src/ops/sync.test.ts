import { describe, expect, it } from 'vitest';
import { renderSync, syncStores } from './sync.js';

const nothing = { revisions: 0, assets: 0 };

describe('npx dreamcore sync', () => {
  it('has one line per project that had something to do, and the sum', () => {
    const outcome = {
      looked: 12,
      problems: 1,
      orphansRemoved: 2,
      reports: [
        {
          projectId: 'p1',
          userId: 'u1',
          toVolume: { revisions: 3, assets: 1 },
          problem: null,
        },
        {
          projectId: 'p2',
          userId: 'u1',
          toVolume: nothing,
          problem: 'CandidateRefused: not a version',
        },
      ],
    };
    expect(renderSync(outcome, false)).toBe(
      [
        'project  user  to Volume                 problem',
        'p1       u1    3 version(s), 1 asset(s)',
        'p2       u1    -                         CandidateRefused: not a version',
        '12 project(s) looked at, 1 with a problem, 2 folder(s) of removed projects.',
      ].join('\n'),
    );
  });

  it('says so when there was nothing to do, and that a dry run changed nothing', () => {
    expect(renderSync({ looked: 3, problems: 0, orphansRemoved: 0, reports: [] }, true)).toBe(
      '3 project(s) looked at, 0 with a problem, 0 folder(s) of removed projects. Nothing ' +
        'was changed.',
    );
  });

  it.each([{}, { all: true, user: 'u' }, { user: 'u', project: 'p' }])(
    'refuses %j: one of the three says what is looked at',
    async (options) => {
      await expect(syncStores(options)).rejects.toThrow('--user <id>, --project <id> or --all');
    },
  );
});
