import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { readText } from './files.js';

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: PROJECT_ROOT, encoding: 'utf8' }).trim();

const isShallow = git('rev-parse', '--is-shallow-repository') === 'true';

describe('.git-blame-ignore-revs', () => {
  const revisions = readText('.git-blame-ignore-revs')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

  it('names full commit ids, each after a comment that says what it did', () => {
    expect(revisions.length).toBeGreaterThan(0);
    expect(revisions.filter((revision) => !/^[0-9a-f]{40}$/.test(revision))).toEqual([]);
    expect(readText('.git-blame-ignore-revs')).toMatch(/^(# .+\n[0-9a-f]{40}\n)+$/);
  });

  it('names commits of this history', () => {
    if (isShallow) {
      process.stderr.write('a shallow clone: its history was not asked for the commits\n');
      return;
    }
    const history = new Set(git('rev-list', 'HEAD').split('\n'));
    expect(revisions.filter((revision) => !history.has(revision))).toEqual([]);
  });
});
