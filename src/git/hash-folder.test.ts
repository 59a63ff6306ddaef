import { execFileSync } from 'node:child_process';
import { linkSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { hashFolder } from './hash-folder.js';
import { commitFolder, fileOf } from '../../test/support/git-commits.js';
import { openRepo, type Repo } from './process.js';
import { initBare, listRefs, resolve, updateRef } from './refs.js';
import { listTree, logPage } from './read.js';
import { isFullRun } from '../../test/scope.js';
import { patient } from '../../test/support/patience.js';
import { freshFolder } from '../../test/support/own-folder.js';

/** With a hundred files each: 5,000 in all are the most that a game may have. */
const FOLDERS = isFullRun ? 50 : 10;

const base = freshFolder();
let work: string;
let repo: Repo;

beforeEach(async () => {
  work = join(base, 'work');
  await mkdir(work);
  repo = await initBare(join(base, 'repo.git'));
});

const put = async (path: string, content: string | Buffer): Promise<void> => {
  await mkdir(join(work, path, '..'), { recursive: true });
  await writeFile(join(work, path), content);
};
const commit = (ref = 'refs/heads/main', parent: string | null = null) =>
  commitFolder(repo, work, {
    message: { subject: 'a version' },
    target: { ref, expected: parent, parent },
  });
const pathsOf = async (revision: string): Promise<string[]> =>
  (await listTree(repo, revision)).map((entry) => entry.path);
const reasonOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'accepted',
    (error: { kind?: string; details?: { reason?: string } }) =>
      `${error.kind}/${error.details?.reason}`,
  );

describe('E3: a folder becomes a commit without git looking at it', () => {
  it('keeps every byte, whatever .gitattributes, line ends and encodings say', async () => {
    const crlf = Buffer.from('a\r\nb\rc\n\u0000\xff$Id$', 'latin1');
    await put('a.txt', crlf);
    await put('index.html', '<p>\r\n$Id: x$</p>\r\n');
    await put(
      '.gitattributes',
      '* text=auto eol=lf ident filter=evil working-tree-encoding=UTF-16\n',
    );
    await put('.gitignore', '*\n');
    const { revision, skipped } = await commit();
    expect(await fileOf(repo, revision, 'a.txt')).toEqual(crlf);
    expect(String(await fileOf(repo, revision, 'index.html'))).toBe('<p>\r\n$Id: x$</p>\r\n');
    expect(skipped).toEqual(['.gitattributes', '.gitignore']);
    expect(await pathsOf(revision)).toEqual(['a.txt', 'index.html']);
  });

  it(
    'never starts a filter, a hook, a file-system monitor or a diff driver, not even from ' +
      'the repository itself',
    async () => {
      const trap = join(base, 'trap.sh');
      await writeFile(trap, `#!/bin/sh\ntouch ${join(base, 'EXECUTED')}\ncat\n`);
      await chmod(trap, 0o755);
      await mkdir(join(repo.gitDir, 'hooks'), { recursive: true });
      await mkdir(join(repo.gitDir, 'info'), { recursive: true });
      for (const hook of ['reference-transaction', 'post-commit', 'pre-commit', 'update']) {
        await writeFile(
          join(repo.gitDir, 'hooks', hook),
          `#!/bin/sh\ntouch ${join(base, 'EXECUTED')}\n`,
          { mode: 0o755 },
        );
      }
      await writeFile(join(repo.gitDir, 'info', 'attributes'), '* filter=evil diff=evil\n');
      await writeFile(
        join(repo.gitDir, 'config'),
        '[core]\n\tbare = true\n\trepositoryformatversion = 0\n\tfsmonitor = ' +
          `${trap}\n[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = ${trap}\n[filter ` +
          `"evil"]\n\tclean = ${trap}\n\tsmudge = ${trap}\n[diff "evil"]\n\ttextconv = ` +
          `${trap}\n\tcommand = ${trap}\n`,
      );
      await put('index.html', 'one');
      const first = (await commit()).revision;
      await put('index.html', 'two');
      const second = (await commit('refs/heads/main', first)).revision;
      expect(String(await fileOf(repo, second, 'index.html'))).toBe('two');
      await expect(stat(join(base, 'EXECUTED'))).rejects.toThrow('ENOENT');
    },
  );

  it('leaves nested repositories and other hidden entries out and says so', async () => {
    await put('index.html', 'x');
    await put('sub/ok.js', 'ok');
    execFileSync('git', ['init', '-q', join(work, 'sub', 'nested')], { stdio: 'ignore' });
    await put('sub/nested/in.js', 'x');
    await put('.hidden/x', 'x');
    await put('deep/.GIT/config', 'x');
    const { revision, skipped } = await commit();
    expect(await pathsOf(revision)).toEqual(['index.html', 'sub/nested/in.js', 'sub/ok.js']);
    expect(skipped).toEqual(['.hidden', 'deep/.GIT', 'sub/nested/.git']);
  });

  it('refuses symlinks, special files and names that mean something to git', async () => {
    await put('index.html', 'x');
    await symlink('/proc/self/environ', join(work, 'leak.txt'));
    expect(await reasonOf(commit())).toBe('CandidateRefused/symlink');
    await rm(join(work, 'leak.txt'));
    await symlink('/etc', join(work, 'etc'));
    expect(await reasonOf(commit())).toBe('CandidateRefused/symlink');
    await rm(join(work, 'etc'));
    execFileSync('mkfifo', [join(work, 'pipe')]);
    expect(await reasonOf(commit())).toBe('CandidateRefused/special-file');
    await rm(join(work, 'pipe'));
    await put('GIT~1', 'x');
    expect(await reasonOf(commit())).toBe('CandidateRefused/name-reserved');
    await rm(join(work, 'GIT~1'));
    await writeFile(Buffer.concat([Buffer.from(`${work}/`), Buffer.from([0x62, 0xff])]), 'x');
    expect(await reasonOf(commit())).toBe('CandidateRefused/name-not-utf8');
    expect(await resolve(repo, 'refs/heads/main')).toBeNull();
  });

  it('refuses one file too many, one byte too many, in one file or in all', async () => {
    const limits = { maxFiles: 3, maxFileBytes: 10, maxTotalBytes: 25 };
    for (const name of ['a', 'b']) await put(name, 'x'.repeat(10));
    expect((await hashFolder(repo, work, limits)).files).toHaveLength(2);
    await put('c', 'x'.repeat(6));
    expect(await reasonOf(hashFolder(repo, work, limits))).toBe(
      'CandidateRefused/folder-too-large',
    );
    await put('c', 'x'.repeat(11));
    expect(await reasonOf(hashFolder(repo, work, limits))).toBe('CandidateRefused/file-too-large');
    await put('c', '');
    await put('d', '');
    expect(await reasonOf(hashFolder(repo, work, limits))).toBe('CandidateRefused/too-many-files');
  });

  it('refuses a file of 100 MB, a deep folder, and hidden files without end', async () => {
    await put('index.html', 'x');
    await put('big.bin', '');
    await truncate(join(work, 'big.bin'), 100 * 1024 * 1024);
    expect(await reasonOf(hashFolder(repo, work))).toBe('CandidateRefused/file-too-large');
    await rm(join(work, 'big.bin'));
    await put(`${'d'.repeat(200)}/`.repeat(8) + 'x.js', 'x');
    expect(await reasonOf(hashFolder(repo, work))).toBe('CandidateRefused/path-too-long');
    await rm(join(work, 'd'.repeat(200)), { recursive: true });
    await put('.hidden', '');
    for (let at = 0; at < 10_000; at += 1)
      linkSync(join(work, '.hidden'), join(work, `.hidden${at}`));
    expect(await reasonOf(hashFolder(repo, work))).toBe('CandidateRefused/too-many-entries');
  });

  it('carries unicode, quotes, backslashes and newlines in names there and back', async () => {
    const names = [
      'ゲーム.html',
      'sub/絵 文字🎮.js',
      'new\nline.txt',
      'tab\t"quoted"\\back.txt',
      ' lead',
      '-rf',
      'trail ',
    ];
    for (const name of names) await put(name, `content of ${name}`);
    const { revision } = await commit();
    expect(new Set(await pathsOf(revision))).toEqual(new Set(names));
    for (const name of names)
      expect(String(await fileOf(repo, revision, name))).toBe(`content of ${name}`);
  });

  it('takes as many files as a game may have', async () => {
    for (let at = 0; at < FOLDERS; at++) {
      await mkdir(join(work, `d${at}`));
      await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          writeFile(join(work, `d${at}`, `${n}.js`), `${at}/${n}`),
        ),
      );
    }
    const { revision } = await commit();
    expect(await pathsOf(revision)).toHaveLength(FOLDERS * 100);
    expect(String(await fileOf(repo, revision, 'd9/99.js'))).toBe('9/99');
  });

  it('puts in-memory entries straight into the tree and nowhere else', async () => {
    await put('index.html', 'x');
    const { revision } = await commitFolder(repo, work, {
      extra: [{ path: '.ai-context/2026-01-02T03-04-05.json', content: '{"a":1}' }],
      message: { subject: 'first\nline | pipe', trailers: { 'Job-Id': 'j-1' } },
      target: { ref: 'refs/jobs/j-1/1', expected: null, parent: null },
    });
    expect(await pathsOf(revision)).toEqual(['.ai-context/2026-01-02T03-04-05.json', 'index.html']);
    expect(await readdir(work)).toEqual(['index.html']);
    const [entry] = await logPage(repo, revision, { skip: 0, limit: 10 });
    expect(entry).toMatchObject({
      revision,
      parent: null,
      subject: 'first line | pipe',
      trailers: { 'Job-Id': 'j-1' },
    });
    for (const path of ['../x', '/x', 'a//b', '.git/config', 'a/.GIT/x', './a', '']) {
      const bad = commitFolder(repo, work, {
        extra: [{ path, content: '' }],
        message: { subject: 's' },
        target: { ref: 'refs/heads/bad', expected: null, parent: null },
      });
      expect(await reasonOf(bad), path).toBe('CandidateRefused/path');
    }
  });
});

describe('refs', () => {
  it('lets exactly one of many concurrent writers move a ref', async () => {
    await put('index.html', 'x');
    const base0 = (await commit()).revision;
    const candidates = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const target = { ref: `refs/jobs/j/${n}`, expected: null, parent: base0 };
        return (await commitFolder(repo, work, { message: { subject: `c${n}` }, target })).revision;
      }),
    );
    const moved = await Promise.all(
      candidates.map((revision) =>
        updateRef(repo, 'refs/heads/main', revision, base0).catch(() => false),
      ),
    );
    expect(moved.filter(Boolean)).toHaveLength(1);
    expect(await resolve(repo, 'refs/heads/main')).toBe(candidates[moved.indexOf(true)]);
    expect(await updateRef(repo, 'refs/heads/main', base0, base0)).toBe(false);
    expect(await updateRef(repo, 'refs/jobs/j/0', base0, null)).toBe(false);
    const refs = await listRefs(repo, 'refs/jobs');
    expect(refs).toHaveLength(8);
    expect(Math.abs((refs[0]?.committedAt.getTime() ?? 0) - Date.now())).toBeLessThan(
      patient(60_000),
    );
  });

  it('never reads a name as an option or an expression', async () => {
    await put('index.html', 'x');
    await commit();
    for (const name of ['--all', 'main@{1}', 'main~0', '', 'ma in', 'main:index.html'])
      expect(await resolve(repo, name), name).toBeNull();
    await expect(updateRef(repo, '--stdin', '0'.repeat(40), null)).rejects.toThrow(
      'not a usable ref name',
    );
    await expect(listTree(repo, '--help')).rejects.toMatchObject({ kind: 'VersionNotFound' });
  });

  it('says RevisionMissing for an unknown revision, and where no repository is', async () => {
    for (const there of [repo, openRepo(join(base, 'nowhere.git'))])
      await expect(listTree(there, 'a'.repeat(40))).rejects.toMatchObject({
        kind: 'RevisionMissing',
      });
  });
});
