import { describe, expect, it } from 'vitest';
import type { RevisionRow } from '../../src/contracts/rows/rows.js';
import { compareLines, isVersion, stateIdOf, stateOf, versionIdOf, type Files } from './lines.js';

const PROJECT = '3f2b8a54-5d0e-4b0e-9f5e-0a1b2c3d4e5f';
const commits = ['1', '2', '3'].map((digit) => digit.repeat(40));
const row = (job_id: string, ordinal: number, parent: string | null = null): RevisionRow => ({
  project_id: PROJECT,
  ordinal,
  revision: String(ordinal).repeat(40),
  parent,
  job_id,
  kind: 'generate',
  subject: '',
  restored_from: null,
  created_at: '2025-01-01T00:00:00Z',
});
const taken = (...indexes: number[]): RevisionRow[] =>
  indexes.map((index, at) => row(versionIdOf(PROJECT, commits[index] ?? ''), at + 1));

it.each([
  ['Initial project setup', false],
  ['x Before restore to abc', false],
  ['Restored to v1', false],
  ['Migration from x', false],
  ['敵を速く', true],
  ['', true],
])('the subject %j makes a version: %s', (subject, expected) => {
  expect(isVersion(subject)).toBe(expected);
});

describe("what of V2's line is taken", () => {
  it.each([
    ['nothing', [], { taken: 0, isUsed: false, isOther: false }],
    ['the oldest two', taken(0, 1), { taken: 2, isUsed: false, isOther: false }],
    ['all', taken(0, 1, 2), { taken: 3, isUsed: false, isOther: false }],
    [
      'all, and the state of the folder',
      [...taken(0, 1, 2), row(stateIdOf(PROJECT, 'p'), 4, 'p')],
      { taken: 3, isUsed: false, isOther: false },
    ],
    [
      'one, and a version made here',
      [...taken(0), row('a', 2)],
      { taken: 1, isUsed: true, isOther: false },
    ],
    ['the end without the beginning', taken(2), { taken: 0, isUsed: false, isOther: true }],
  ])('%s', (_, rows, expected) => {
    expect(compareLines(PROJECT, rows, commits)).toEqual(expected);
  });

  it("ids do not hang on the case of the project's id", () => {
    expect(versionIdOf(PROJECT.toUpperCase(), 'c')).toBe(versionIdOf(PROJECT, 'c'));
  });
});

describe('what the files of the folder are', () => {
  const files = (entries: Record<string, string>): Files => new Map(Object.entries(entries));
  const one = files({ 'index.html': 'a', 'specs/game.md': 's1' });
  const two = files({ 'index.html': 'b', 'specs/game.md': 's2' });

  it.each([
    ["the head's own", two, { kind: 'committed' }],
    [
      "an older version's with other specifications",
      files({ 'index.html': 'a', 'specs/game.md': 's9', 'SPEC.md': 'x' }),
      { kind: 'version', index: 0 },
    ],
    [
      "an older version's, with a file that a restore left lying",
      files({ 'index.html': 'a', 'extra.js': 'e' }),
      { kind: 'version', index: 0 },
    ],
    [
      'the newest game with specifications of its own',
      files({ 'index.html': 'b' }),
      { kind: 'version', index: 1 },
    ],
    ["no version's", files({ 'index.html': 'c' }), { kind: 'new' }],
  ])('%s', (_, current, expected) => {
    expect(stateOf(current, two, [one, two])).toEqual(expected);
  });

  it('without versions they are new', () => {
    expect(stateOf(one, null, [])).toEqual({ kind: 'new' });
  });
});
