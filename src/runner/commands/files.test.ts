import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { runFiles } from './files.js';
import { FilesInput } from '../../contracts/execution/runner.js';
import { freshFolder } from '../../../test/support/own-folder.js';

const base = freshFolder();
let root: string;
beforeEach(async () => {
  root = join(base, 'user');
  await mkdir(root);
  await writeFile(join(base, 'outside.txt'), 'OUTSIDE');
});

const files = (input: object): Promise<unknown> =>
  runFiles(FilesInput.parse({ command: 'files', root, ...input }));
const kindOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: { kind?: string }) => error.kind,
  );

describe("files inside one user's root", () => {
  it('are written, listed and deleted', async () => {
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
    expect(await readFile(join(root, 'a/b/x.txt'), 'utf8')).toBe('こんにちは');
    expect(await readFile(join(root, 'a/y.bin'))).toEqual(Buffer.from([0, 255]));
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
    for (const op of ['list', 'delete'])
      expect(await kindOf(files({ op, path })), op).toBe('PATH_ESCAPE');
    expect(await kindOf(files({ op: 'write', path, content: 'x' }))).toBe('PATH_ESCAPE');
    expect(await readFile(join(base, 'outside.txt'), 'utf8')).toBe('OUTSIDE');
    expect(await files({ op: 'list' })).toEqual({ entries: [] });
  });

  it('keep the root itself, folders in the way, and what is not there', async () => {
    await mkdir(join(root, 'folder'));
    for (const path of ['', '.', './', '././.'])
      expect(await kindOf(files({ op: 'delete', path })), path).toBe('PATH_ESCAPE');
    expect(await kindOf(files({ op: 'write', path: 'folder', content: 'x' }))).toBe('PATH_ESCAPE');
    expect(await kindOf(files({ op: 'list', path: 'nothing' }))).toBe('FILE_NOT_FOUND');
    await writeFile(join(root, 'file'), 'x');
    expect(await kindOf(files({ op: 'write', path: 'file/below', content: 'x' }))).toBe(
      'PATH_ESCAPE',
    );
    expect((await readdir(root)).sort()).toEqual(['file', 'folder']);
  });
});
