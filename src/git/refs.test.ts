import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { commitFolder } from '../../test/support/git-commits.js';
import { freshFolder } from '../../test/support/own-folder.js';
import { patient } from '../../test/support/patience.js';
import { git, openRepo, type Repo } from './process.js';
import { listTree } from './read.js';
import { initBare, listRefs, resolve, updateRef } from './refs.js';

const base = freshFolder();
let work: string;
let repo: Repo;

beforeEach(async () => {
  work = join(base, 'work');
  await mkdir(work);
  repo = await initBare(join(base, 'repo.git'));
});

const put = (path: string, content: string) => writeFile(join(work, path), content);
const commit = (ref = 'refs/heads/main', parent: string | null = null) =>
  commitFolder(repo, work, {
    message: { subject: 'a version' },
    target: { ref, expected: parent, parent },
  });

describe('E3: our git', () => {
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
      const first = await commit();
      await put('index.html', 'two');
      const second = await commit('refs/heads/main', first);
      expect(String(await git(repo, ['show', `${second}:index.html`]))).toBe('two');
      await expect(stat(join(base, 'EXECUTED'))).rejects.toThrow('ENOENT');
    },
  );
});

describe('refs', () => {
  it('lets exactly one of many concurrent writers move a ref', async () => {
    await put('index.html', 'x');
    const base0 = await commit();
    const candidates = await Promise.all(
      Array.from({ length: 8 }, (_, n) => {
        const target = { ref: `refs/jobs/j/${n}`, expected: null, parent: base0 };
        return commitFolder(repo, work, { message: { subject: `c${n}` }, target });
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
