import { describe, expect, it } from 'vitest';
import { planAssets, planSync } from './sync-plan.js';

const line = ['d', 'c', 'b', 'a'];
const holding = (...has: string[]) => ({ head: has[0] ?? null, has });

describe('E6: what goes over is decided by the line of published revisions', () => {
  it.each([
    ['both level', holding(...line), holding(...line), null, null, 'd', null],
    [
      'Volume behind',
      holding(...line),
      holding('b', 'a'),
      { have: 'b', want: 'd', revisions: 2 },
      null,
      'd',
      null,
    ],
    [
      'Volume empty',
      holding(...line),
      holding(),
      { have: null, want: 'd', revisions: 4 },
      null,
      'd',
      null,
    ],
    [
      'mirror behind',
      holding('a'),
      holding(...line),
      null,
      { have: 'a', want: 'd', revisions: 3 },
      'd',
      null,
    ],
    [
      'mirror empty',
      holding(),
      holding(...line),
      null,
      { have: null, want: 'd', revisions: 4 },
      'd',
      null,
    ],
    [
      'newest nowhere',
      holding('b', 'a'),
      holding('c', 'b', 'a'),
      null,
      { have: 'b', want: 'c', revisions: 1 },
      'c',
      'the newest version is in neither store',
    ],
    [
      'a main of the Volume that nobody published',
      holding(...line),
      { head: 'x', has: line },
      null,
      null,
      'd',
      'main of the Volume stands at a commit that is no published version',
    ],
    [
      'both mains',
      { head: 'x', has: ['b', 'a'] },
      { head: 'y', has: ['c', 'b', 'a'] },
      null,
      { have: 'b', want: 'c', revisions: 1 },
      'c',
      'the newest version is in neither store; main of the mirror stands at a commit that ' +
        'is no published version; main of the Volume stands at a commit that is no published ' +
        'version',
    ],
    [
      'nothing anywhere',
      holding(),
      holding(),
      null,
      null,
      null,
      'no version of it is in either store',
    ],
  ])('%s', (_name, mirror, volume, toVolume, toMirror, main, problem) => {
    expect(planSync(line, mirror, volume)).toEqual({ toVolume, toMirror, main, problem });
  });

  it('a project without versions needs nothing', () => {
    expect(planSync([], holding(), holding())).toEqual({
      toVolume: null,
      toMirror: null,
      main: null,
      problem: null,
    });
  });
});

describe('which assets go over', () => {
  const file = (name: string, sizeBytes = 1) => ({ name, sizeBytes });

  it('what the other side lacks; a damaged copy and what is too large are told', () => {
    expect(
      planAssets([file('a'), file('both'), file('big', 11)], [file('b'), file('both')], 10),
    ).toEqual({
      toVolume: ['a'],
      toMirror: ['b'],
      problem: '1 asset(s) are larger than 10 bytes, the first: big',
    });
    expect(planAssets([file('x', 1)], [file('x', 2)], 10)).toEqual({
      toVolume: [],
      toMirror: [],
      problem: '1 asset(s) are damaged on one side, the first: x',
    });
  });
});
