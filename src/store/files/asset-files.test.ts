import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAssetFiles, type AssetFiles } from './asset-files.js';

const USER = 'AAAAAAAA-0000-4000-8000-000000000001';
let dataDir: string;
let files: AssetFiles;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-assets-'));
  files = createAssetFiles(dataDir);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const parts = () => readdir(path.join(dataDir, 'uploads')).catch(() => []);

it(
  'a file that was received and kept lies under its hash in the folder of its owner, and its ' +
    'part is gone',
  async () => {
    const part = await files.receive(Readable.from([Buffer.from('ab'), Buffer.from('c')]));
    expect(part.sizeBytes).toBe(3);
    const { bytes, hash } = await files.read(part);
    expect([bytes.toString(), hash]).toEqual([
      'abc',
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    ]);
    const kept = await files.keep(part, { userId: USER, hash, extension: '.json' });
    expect(kept).toBe(path.join(dataDir, 'users', USER.toLowerCase(), 'assets', `${hash}.json`));
    expect(await parts()).toEqual([]);
    expect(
      await files.locate({ is_stored: true, owner_id: USER, is_global: false, storage_path: kept }),
    ).toBe(kept);
  },
);

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
  expect(await files.removeOldParts()).toBe(1);
  expect(await parts()).toEqual([path.basename(young.path)]);
});

it('E1: an asset of one user is not sought in another’s folder, nor the global one', async () => {
  const place = path.join(dataDir, 'assets', 'global', 'effects', 'boom.wav');
  await mkdir(path.dirname(place), { recursive: true });
  await writeFile(place, 'x');
  expect(
    await files.locate({ is_stored: true, owner_id: null, is_global: true, storage_path: place }),
  ).toBe(place);
  expect(
    await files.locate({ is_stored: true, owner_id: USER, is_global: false, storage_path: place }),
  ).toBeNull();
  expect(
    await files.locate({
      is_stored: true,
      owner_id: '../../assets',
      is_global: false,
      storage_path: place,
    }),
  ).toBeNull();
});
