import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commitFolder } from '../../test/support/git-commits.js';
import { diffFiles, unifiedDiff } from './diff.js';
import type { Repo } from './process.js';
import { initBare } from './refs.js';

let base: string;
let repo: Repo;
let first: string;
let second: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'dreamcore-diff-'));
  repo = await initBare(join(base, 'repo.git'));
  const commit = async (
    files: Record<string, string | Buffer>,
    parent: string | null,
  ): Promise<string> => {
    const work = await mkdtemp(join(base, 'work-'));
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(work, path, '..'), { recursive: true });
      await writeFile(join(work, path), content);
    }
    return (
      await commitFolder(repo, work, {
        message: { subject: 's' },
        target: { ref: 'refs/heads/main', expected: parent, parent },
      })
    ).revision;
  };
  first = await commit(
    {
      'index.html': 'a\nb\n',
      'gone.js': 'old',
      'same.js': 'same',
      'pic.png': Buffer.from([1, 0, 2]),
    },
    null,
  );
  second = await commit(
    {
      'index.html': 'a\nc\n',
      'new\n名.js': '\ufeffnew',
      'same.js': 'same',
      'pic.png': Buffer.from([1, 0, 3]),
    },
    first,
  );
});
afterAll(() => rm(base, { recursive: true, force: true }));

it(
  'names changed, new and deleted text files with both texts, and leaves binary and equal ' +
    'ones out',
  async () => {
    expect(await diffFiles(repo, first, second)).toEqual([
      { path: 'gone.js', oldText: 'old', newText: null },
      { path: 'index.html', oldText: 'a\nb\n', newText: 'a\nc\n' },
      { path: 'new\n名.js', oldText: null, newText: '\ufeffnew' },
    ]);
  },
);

it('compares a first revision with nothing', async () => {
  const files = await diffFiles(repo, null, first);
  expect(files.map((file) => [file.path, file.oldText])).toEqual([
    ['gone.js', null],
    ['index.html', null],
    ['same.js', null],
  ]);
});

it('writes a unified diff of one path and nothing for another', async () => {
  const text = await unifiedDiff(repo, first, second, 'index.html');
  expect(text).toMatch(/^diff --git a\/index.html b\/index.html\n/);
  expect(text).toContain('\n-b\n+c\n');
  expect(text).not.toContain('gone.js');
  expect(await unifiedDiff(repo, first, second, 'same.js')).toBe('');
  expect(await unifiedDiff(repo, first, second, '*')).toBe('');
});
