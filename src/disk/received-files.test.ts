import { readdir, utimes } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, expect, it } from 'vitest';
import { createReceivedFiles, type ReceivedFiles } from './received-files.js';
import { freshFolder } from '../../test/support/own-folder.js';

const dataDir = freshFolder();
let files: ReceivedFiles;
beforeEach(async () => {
  files = createReceivedFiles(dataDir);
});

const parts = () => readdir(path.join(dataDir, 'scratch', 'uploads')).catch(() => []);

it('a file that was received is read with its hash, and goes when it was used', async () => {
  const part = await files.receive(Readable.from([Buffer.from('ab'), Buffer.from('c')]));
  expect(part.sizeBytes).toBe(3);
  const { bytes, hash } = await files.read(part);
  expect([bytes.toString(), hash]).toEqual([
    'abc',
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  ]);
  await files.discard(part.path);
  await files.discard(part.path);
  expect(await parts()).toEqual([]);
});

it('nothing is left of streams that break off, however early', async () => {
  const broken = (sent: number): Readable =>
    Readable.from(
      (function* () {
        if (sent > 0) yield Buffer.alloc(sent);
        throw new Error('gone');
      })(),
    );
  // So often, because the removal of a file overtakes its making once in a hundred times.
  for (let turn = 0; turn < 600; turn += 1)
    await expect(files.receive(broken((turn % 3) * 100_000))).rejects.toThrow('gone');
  expect(await parts()).toEqual([]);
});

it('only parts that no upload can still be writing are removed', async () => {
  const [young, old] = [
    await files.receive(Readable.from(['a'])),
    await files.receive(Readable.from(['b'])),
  ];
  const longAgo = new Date(Date.now() - 2 * 60 * 60_000);
  await utimes(old.path, longAgo, longAgo);
  expect(await files.removeOld()).toBe(1);
  expect(await parts()).toEqual([path.basename(young.path)]);
});
