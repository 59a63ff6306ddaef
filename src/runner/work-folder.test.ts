import { execFileSync } from 'node:child_process';
import { linkSync } from 'node:fs';
import { link, mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { sha256Of } from '../contracts/base/hashes.js';
import { VERSION_LIMITS } from '../versions/format/scan.js';
import { changedSince, hashWork, readWork } from './work-folder.js';
import { freshFolder } from '../../test/support/own-folder.js';

const folder = freshFolder();

const at = (name: string): string => path.join(folder, name);
async function put(name: string, content: string | Buffer): Promise<void> {
  await mkdir(path.dirname(at(name)), { recursive: true });
  await writeFile(at(name), content);
}

describe('E2: what a run has left in its work folder', () => {
  it('is read byte for byte in the order of its paths, hidden entries are named only', async () => {
    const files: [string, Buffer][] = [
      ['a-b.txt', Buffer.from('a\r\nb\r\n')],
      ['a/b.bin', Buffer.from([0, 255, 13, 10])],
      ['empty', Buffer.alloc(0)],
      ['絵.txt', Buffer.from('\ufeff絵')],
    ];
    for (const [name, bytes] of files.toReversed()) await put(name, bytes);
    for (const name of ['.git/config', '.gitattributes', 'a/.claude/x']) await put(name, 'x');
    const { files: read, skipped } = await readWork(folder);
    expect(read.map((file) => [file.path, file.bytes])).toEqual(files);
    expect(skipped).toEqual(['.git', '.gitattributes', 'a/.claude']);
    expect(await hashWork(folder)).toEqual(
      new Map(files.map(([name, bytes]) => [name, sha256Of(bytes)])),
    );
  });

  it('differs from before by what is new or has other bytes, not by its age or mode', async () => {
    for (const name of ['same', 'touched', 'changed']) await put(name, name);
    const before = await hashWork(folder);
    await put('touched', 'touched');
    execFileSync('chmod', ['755', at('same')]);
    await put('changed', 'Changed');
    await put('new', 'changed');
    const { files } = await readWork(folder);
    expect(changedSince(before, files).map((file) => file.path)).toEqual(['changed', 'new']);
  });

  it.each<[string, string, (name: string) => Promise<unknown>]>([
    ['a link to a file outside', 'symlink', (name) => symlink('/etc/passwd', name)],
    ['a link to a folder outside', 'symlink', (name) => symlink('/etc', name)],
    ['a link to nothing', 'symlink', (name) => symlink('/absent', name)],
    ['a pipe', 'special-file', async (name) => execFileSync('mkfifo', [name])],
    [
      'a file that is too large',
      'file-too-large',
      async (name) => {
        await writeFile(name, '');
        await truncate(name, VERSION_LIMITS.maxFileBytes + 1);
      },
    ],
  ])('is refused whole for %s', async (_what, reason, make) => {
    await put('index.html', 'x');
    await make(at('x'));
    const refused = { kind: 'CandidateRefused', details: { reason } };
    await expect(readWork(folder)).rejects.toMatchObject(refused);
    await expect(hashWork(folder)).rejects.toMatchObject(refused);
  });

  const reasonNow = (): Promise<unknown> =>
    readWork(folder).then(
      () => 'taken',
      (error: { details: { reason: string } }) => error.details.reason,
    );

  it('is refused for names that git takes for its own, that are no text, or too long', async () => {
    await put('GIT~1', 'x');
    expect(await reasonNow()).toBe('name-reserved');
    await rm(at('GIT~1'));
    const noText = Buffer.concat([Buffer.from(at('b')), Buffer.from([0xff])]);
    await writeFile(noText, 'x');
    expect(await reasonNow()).toBe('name-not-utf8');
    await rm(noText);
    await put(`${'d'.repeat(200)}/`.repeat(8) + 'x.js', 'x');
    expect(await reasonNow()).toBe('path-too-long');
  });

  it.each([
    ['files', 'f', VERSION_LIMITS.maxFiles, 'too-many-files'],
    ['hidden entries', '.f', 2 * VERSION_LIMITS.maxFiles, 'too-many-entries'],
  ])('holds as many %s as a version may, and not one more', async (_what, name, most, reason) => {
    await put(`${name}0`, '');
    for (let made = 1; made < most; made += 1) linkSync(at(`${name}0`), at(`${name}${made}`));
    expect(await reasonNow()).toBe('taken');
    await put(`${name}${most}`, '');
    expect(await reasonNow()).toBe(reason);
  });

  it('is refused for a socket, and for more than a version may hold', async () => {
    const server = createServer().listen(at('s'));
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(readWork(folder)).rejects.toMatchObject({ details: { reason: 'special-file' } });
    await new Promise((resolve) => server.close(resolve));
    const { maxFileBytes, maxTotalBytes } = VERSION_LIMITS;
    await put('0', '');
    await truncate(at('0'), maxFileBytes);
    for (let made = 1; made * maxFileBytes <= maxTotalBytes; made += 1)
      await link(at('0'), at(String(made)));
    await expect(readWork(folder)).rejects.toMatchObject({
      details: { reason: 'folder-too-large' },
    });
  });
});
