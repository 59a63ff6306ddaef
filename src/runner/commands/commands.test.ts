import { createHash } from 'node:crypto';
import {
  access,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commitFolder } from '../../git/commit.js';
import { openRepo } from '../../git/process.js';
import { initBare, listRefs, resolve } from '../../git/refs.js';
import { runFiles } from './files.js';
import { runGit } from './git.js';
import { FilesInput, GitInput } from '../../contracts/execution/runner.js';

let base: string;
let root: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'dreamcore-files-'));
  root = join(base, 'user');
  await mkdir(root);
  await writeFile(join(base, 'outside.txt'), 'OUTSIDE');
});
afterEach(() => rm(base, { recursive: true, force: true }));

const files = (input: object): Promise<unknown> =>
  runFiles(FilesInput.parse({ command: 'files', root, ...input }));
const kindOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: { kind?: string }) => error.kind,
  );

describe("files inside one user's root", () => {
  it('are written, read, hashed, counted, listed and deleted', async () => {
    const sha256 = createHash('sha256').update('こんにちは').digest('hex');
    expect(await files({ op: 'write', path: 'a/b/x.txt', content: 'こんにちは' })).toEqual({
      sizeBytes: 15,
      sha256,
    });
    await files({
      op: 'write',
      path: 'a/y.bin',
      content: Buffer.from([0, 255]).toString('base64'),
      encoding: 'base64',
    });
    expect(await files({ op: 'read', path: 'a/b/x.txt' })).toEqual({
      content: 'こんにちは',
      sizeBytes: 15,
    });
    expect(await files({ op: 'read', path: 'a/y.bin', encoding: 'base64' })).toEqual({
      content: 'AP8=',
      sizeBytes: 2,
    });
    expect(await files({ op: 'hash', path: 'a/b/x.txt' })).toEqual({ sizeBytes: 15, sha256 });
    expect(await files({ op: 'usage' })).toEqual({
      files: 2,
      sizeBytes: 17,
      children: [{ path: 'a', files: 2, sizeBytes: 17 }],
      largest: [
        { path: 'a/b/x.txt', sizeBytes: 15 },
        { path: 'a/y.bin', sizeBytes: 2 },
      ],
    });
    expect(await files({ op: 'usage', path: 'nothing' })).toEqual({
      files: 0,
      sizeBytes: 0,
      children: [],
      largest: [],
    });
    await files({ op: 'write', path: 'a/.hidden', content: 'x' });
    expect(await files({ op: 'hashes', path: 'a' })).toEqual({
      files: [
        { path: 'b/x.txt', sizeBytes: 15, sha256 },
        {
          path: 'y.bin',
          sizeBytes: 2,
          sha256: createHash('sha256')
            .update(Buffer.from([0, 255]))
            .digest('hex'),
        },
      ],
    });
    expect(await files({ op: 'hashes', path: 'nothing' })).toEqual({ files: [] });
    await files({ op: 'delete', path: 'a/.hidden' });
    expect(await files({ op: 'list', path: 'a' })).toMatchObject({
      entries: [
        { path: 'b', kind: 'folder', sizeBytes: 0 },
        { path: 'y.bin', kind: 'file', sizeBytes: 2 },
      ],
    });
    expect(await files({ op: 'delete', path: 'a/b' })).toEqual({ isDeleted: true });
    expect(await files({ op: 'delete', path: 'a/b' })).toEqual({ isDeleted: false });
    expect(await readdir(join(root, 'a'))).toEqual(['y.bin']);
  });

  it.each([
    '../outside.txt',
    'a/../../outside.txt',
    '/etc/passwd',
    'link',
    'linked/outside.txt',
    'a\\..\\x',
    'x\0',
  ])('are never reached by %j', async (path) => {
    await symlink('../outside.txt', join(root, 'link'));
    await symlink('..', join(root, 'linked'));
    for (const op of ['read', 'hash', 'hashes', 'list', 'usage', 'delete'])
      expect(await kindOf(files({ op, path })), op).toBe('PATH_ESCAPE');
    expect(await kindOf(files({ op: 'write', path, content: 'x' }))).toBe('PATH_ESCAPE');
    expect(await readFile(join(base, 'outside.txt'), 'utf8')).toBe('OUTSIDE');
    expect(await files({ op: 'list' })).toEqual({ entries: [] });
    expect(await files({ op: 'usage' })).toMatchObject({ files: 0, sizeBytes: 0 });
  });

  it('keep the root itself, folders in the way, and what is not there', async () => {
    await mkdir(join(root, 'folder'));
    for (const path of ['', '.', './', '././.'])
      expect(await kindOf(files({ op: 'delete', path })), path).toBe('PATH_ESCAPE');
    expect(await kindOf(files({ op: 'write', path: 'folder', content: 'x' }))).toBe('PATH_ESCAPE');
    expect(await kindOf(files({ op: 'read', path: 'nothing' }))).toBe('FILE_NOT_FOUND');
    expect(await kindOf(files({ op: 'list', path: 'nothing' }))).toBe('FILE_NOT_FOUND');
    await writeFile(join(root, 'file'), 'x');
    expect(await kindOf(files({ op: 'write', path: 'file/below', content: 'x' }))).toBe(
      'PATH_ESCAPE',
    );
    expect((await readdir(root)).sort()).toEqual(['file', 'folder']);
  });
});

describe('git operations', () => {
  it('log, diff, restore once per action, and carry commits to another place', async () => {
    const repoDir = join(base, 'repo.git');
    const repo = await initBare(repoDir);
    const commit = async (text: string, parent: string | null): Promise<string> => {
      await writeFile(join(root, 'index.html'), text);
      return (
        await commitFolder(repo, root, {
          message: { subject: text },
          target: { ref: 'refs/heads/main', expected: parent, parent },
        })
      ).revision;
    };
    const run = (input: object, dir = repoDir): Promise<unknown> =>
      runGit(GitInput.parse({ command: 'git', repoDir: dir, ...input }));
    const first = await commit('one', null);
    const second = await commit('two', first);

    expect(await run({ op: 'log', revision: second, limit: 1 })).toMatchObject({
      entries: [{ revision: second, parent: first, subject: 'two' }],
    });
    expect(
      await run({ op: 'diff', parent: first, revision: second, path: 'index.html' }),
    ).toMatchObject({
      files: [{ path: 'index.html', oldText: 'one', newText: 'two' }],
      unified: expect.stringContaining('+two') as unknown,
    });
    const restore = {
      op: 'restore',
      actionId: 'act-1',
      source: first,
      parent: second,
      subject: '戻す',
    };
    const [once, twice] = (await Promise.all([run(restore), run(restore)])) as {
      revision: string;
    }[];
    expect(once).toEqual(twice);
    expect(await run(restore)).toEqual(once);
    expect(await resolve(repo, 'refs/jobs/act-1/1')).toBe(once?.revision);
    expect(await run({ op: 'candidate', jobId: 'nobody', parent: first })).toEqual({
      candidate: null,
    });

    const file = join(base, 'x.bundle');
    expect(await run({ op: 'bundle', have: null, want: second, file })).toEqual({
      bundlePath: file,
    });
    expect(await run({ op: 'bundle', have: second, want: second, file })).toEqual({
      bundlePath: null,
    });
    expect(await run({ op: 'fetch', want: second, file }, join(base, 'new.git'))).toEqual({
      ref: `refs/incoming/${second}`,
    });
  });

  it('E6: the state of a store, and main that goes forward only', async () => {
    const [here, there] = [join(base, 'here.git'), join(base, 'there.git')];
    const repo = await initBare(here);
    const commit = async (
      text: string,
      parent: string | null,
      ref: string,
      expected = parent,
    ): Promise<string> => {
      await writeFile(join(root, 'index.html'), text);
      return (
        await commitFolder(repo, root, {
          message: { subject: text },
          target: { ref, expected, parent },
        })
      ).revision;
    };
    const run = (input: object, repoDir = there): Promise<unknown> =>
      runGit(GitInput.parse({ command: 'git', repoDir, ...input }));
    const bring = async (
      want: string,
      have: string | null,
    ): Promise<{ file: string; want: string }> => {
      const file = join(base, `${want}.bundle`);
      await run({ op: 'bundle', have, want, file }, here);
      return { file, want };
    };
    const first = await commit('one', null, 'refs/heads/main');
    const second = await commit('two', first, 'refs/heads/main');
    const aside = await commit('aside', first, 'refs/heads/aside', null);

    expect(await run({ op: 'state', revisions: [first] })).toEqual({ head: null, has: [] });
    expect(await kindOf(run({ op: 'set-main', revision: first }))).toBe('RevisionMissing');
    expect(
      await run({ op: 'set-main', revision: second, incoming: await bring(second, null) }),
    ).toEqual({ head: second, outcome: 'moved' });
    expect(await run({ op: 'state', revisions: [second, 'e'.repeat(40), first] })).toEqual({
      head: second,
      has: [second, first],
    });
    expect(await run({ op: 'set-main', revision: second })).toEqual({
      head: second,
      outcome: 'same',
    });
    expect(await run({ op: 'set-main', revision: first })).toEqual({
      head: second,
      outcome: 'ahead',
    });
    expect(
      await run({ op: 'set-main', revision: aside, incoming: await bring(aside, first) }),
    ).toEqual({ head: second, outcome: 'diverged' });
    expect(await run({ op: 'state' })).toEqual({ head: second, has: [] });
    // What main reached was let go; what it did not reach is kept until it is old.
    expect(
      (await listRefs(openRepo(there), 'refs/incoming')).map(({ revision }) => revision),
    ).toEqual([aside]);
    expect(await run({ op: 'prune', olderThanMs: 3600_000 })).toEqual({ removed: 0, orphans: 0 });
    expect(await run({ op: 'prune', olderThanMs: 0 })).toEqual({ removed: 1, orphans: 0 });
    expect(await run({ op: 'prune', olderThanMs: 0 }, join(base, 'nothing.git'))).toEqual({
      removed: 0,
      orphans: 0,
    });
    expect(await run({ op: 'state' })).toEqual({ head: second, has: [] });
    // What a killed git left blocks nobody for ever; what one may still hold stays.
    for (const name of ['refs/heads/main.lock', 'objects/pack/tmp_pack_x'])
      await writeFile(join(there, name), '');
    await utimes(join(there, 'refs/heads/main.lock'), new Date(0), new Date(0));
    expect(await run({ op: 'prune', olderThanMs: 0 })).toEqual({ removed: 0, orphans: 1 });
    await expect(access(join(there, 'objects/pack/tmp_pack_x'))).resolves.toBeUndefined();
    // A store that is asked from something that it never had gets everything.
    expect(
      await run(
        { op: 'bundle', have: 'f'.repeat(40), want: second, file: join(base, 'all.bundle') },
        here,
      ),
    ).toEqual({ bundlePath: join(base, 'all.bundle') });
    expect(
      await run(
        { op: 'fetch', want: second, file: join(base, 'all.bundle') },
        join(base, 'new.git'),
      ),
    ).toEqual({ ref: `refs/incoming/${second}` });
  });

  it('E6: an input whose bundle does not fit does nothing else', async () => {
    const here = join(base, 'here.git');
    const repo = await initBare(here);
    const make = async (text: string, parent: string | null): Promise<string> => {
      await writeFile(join(root, 'index.html'), text);
      return (
        await commitFolder(repo, root, {
          message: { subject: text },
          target: { ref: 'refs/heads/main', expected: parent, parent },
        })
      ).revision;
    };
    const first = await make('one', null);
    const second = await make('two', first);
    const file = join(base, 'x.bundle');
    await runGit(
      GitInput.parse({
        command: 'git',
        repoDir: here,
        op: 'bundle',
        have: first,
        want: second,
        file,
      }),
    );
    const there = join(base, 'there.git');
    expect(
      await kindOf(
        runGit(
          GitInput.parse({
            command: 'git',
            repoDir: there,
            op: 'set-main',
            revision: second,
            incoming: { file, want: second },
          }),
        ),
      ),
    ).toBe('RevisionMissing');
    expect(await listRefs(openRepo(there), 'refs')).toEqual([]);
  });
});
