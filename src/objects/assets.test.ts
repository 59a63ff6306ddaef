import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { assetKey, assetKeyOf, assetNameOf, createAssets, isDamage } from './assets.js';
import { createFileObjectStore } from './file-object-store.js';
import { freshFolder } from '../../test/support/own-folder.js';

const USER = 'AAAAAAAA-0000-4000-8000-000000000001';
const ID = 'bbbbbbbb-0000-4000-8000-000000000002';
const HASH = createHash('sha256').update('abc').digest('hex');
const row = (storage_path: string, changes: Record<string, unknown> = {}) =>
  ({ owner_id: USER, is_global: false, is_stored: true, storage_path, ...changes }) as const;

const dataDir = freshFolder();

it('a file is kept below its owner and upload, and is read under its key', async () => {
  const assets = createAssets(createFileObjectStore(dataDir));
  const file = path.join(dataDir, 'part');
  await writeFile(file, 'abc');
  const asset = { ownerId: USER, id: ID, hash: HASH, extension: '.PNG' };
  const key = await assets.keepFile(file, asset);
  expect(key).toBe(`a/${USER.toLowerCase()}/${ID}/${HASH}.png`);
  expect(assetNameOf(key)).toBe(`${HASH}.png`);
  expect((await assets.readChecked(key))?.toString()).toBe('abc');
  expect(await assets.sizeOf(key)).toBe(3);
  await assets.remove(key);
  expect([await assets.read(key), await assets.sizeOf(key)]).toEqual([null, null]);
});

it('a file that is gone is a failure of its store, and ends no process', async () => {
  const assets = createAssets(createFileObjectStore(dataDir));
  const asset = { ownerId: USER, id: ID, hash: HASH, extension: '.png' };
  const kept = assets.keepFile(path.join(dataDir, 'gone'), asset);
  await expect(kept).rejects.toMatchObject({ code: 'ENOENT' });
});

it('bytes that their name does not promise are damaged', async () => {
  const objects = createFileObjectStore(dataDir);
  const key = assetKey({ ownerId: USER, id: ID, hash: HASH, extension: '' });
  await objects.put(key, Buffer.from('other'));
  const read = createAssets(objects).readChecked(key);
  await expect(read).rejects.toSatisfy(isDamage);
});

it('E1: a row leads to an object of its owner alone, or of everybody', () => {
  const own = assetKey({ ownerId: USER, id: ID, hash: HASH, extension: '.png' });
  const shared = assetKey({ ownerId: null, id: ID, hash: HASH, extension: '.wav' });
  expect(assetKeyOf(row(own))).toBe(own);
  expect(assetKeyOf(row(shared, { owner_id: null, is_global: true }))).toBe(shared);
  const refused = [
    row(own, { is_stored: false }),
    row(own, { owner_id: ID }),
    row(own, { owner_id: null }),
    row(own, { owner_id: '../..' }),
    row(own, { is_global: true }),
    row(shared),
    row(`a/${USER.toLowerCase()}/../${ID}/${HASH}`),
    row(`a/${USER.toLowerCase()}/../${ID}/${ID}/${HASH}`),
    row(`a/${USER.toLowerCase()}/${HASH}.png`),
    row(`/data/users/${USER}/assets/${HASH}.png`),
    row('p/project/action/object'),
  ];
  expect(refused.map((each) => assetKeyOf(each))).toEqual(refused.map(() => null));
});

it('an extension that a key cannot have is left out', () => {
  const key = (extension: string) =>
    assetNameOf(assetKey({ ownerId: null, id: ID, hash: HASH, extension }));
  expect(['', '.json', '.ä', '.a/b', '.toolongextension'].map(key)).toEqual([
    HASH,
    `${HASH}.json`,
    HASH,
    HASH,
    HASH,
  ]);
});
