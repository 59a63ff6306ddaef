import { beforeEach, expect, it } from 'vitest';
import { createFileObjectStore } from '../../objects/file-object-store.js';
import { listAll, type ObjectStore } from '../../objects/object-store.js';
import { createPublishedCopies, type PublishedCopies } from './published-copies.js';
import { freshFolder } from '../../../test/support/own-folder.js';

const GAME = '0f8fad5b-d9cb-469f-a165-70867728950e';
const [REVISION, OTHER] = ['a'.repeat(40), 'b'.repeat(40)];
const FILES = [
  { path: 'index.html', bytes: Buffer.from('ゲーム'.repeat(1_000)) },
  { path: 'a/b.png', bytes: Buffer.from([0, 255]) },
  { path: 'a/c.png', bytes: Buffer.from([0, 255]) },
  { path: 'empty', bytes: Buffer.alloc(0) },
];

const dataDir = freshFolder();
let objects: ObjectStore;
let copies: PublishedCopies;
beforeEach(async () => {
  objects = createFileObjectStore(dataDir);
  copies = createPublishedCopies(objects);
});

const bytesOf = async (file: string, revision = REVISION, from = copies) =>
  (await from.read(GAME, revision, file))?.bytes ?? null;

it('a copy is one object, and gives every file byte for byte', async () => {
  await copies.write(GAME, REVISION, FILES);
  const keys: string[] = [];
  for await (const { key } of listAll(objects, '')) keys.push(key);
  expect(keys).toEqual([`g/${GAME}/${REVISION}`]);
  expect(await copies.list(GAME, REVISION)).toEqual(FILES.map((file) => file.path).sort());
  for (const { path: file, bytes } of FILES) expect(await bytesOf(file)).toEqual(bytes);
  expect([await bytesOf('nothing'), await bytesOf('a')]).toEqual([null, null]);
});

it('copies are replaced whole, for readers of another process too, and swept', async () => {
  const reader = createPublishedCopies(objects);
  await copies.write(GAME, REVISION, FILES);
  await copies.write(GAME, OTHER, FILES);
  expect(await bytesOf('a/b.png', REVISION, reader)).toEqual(FILES[1]?.bytes);
  await copies.write(GAME, REVISION, [{ path: 'index.html', bytes: Buffer.from('新') }]);
  expect(await bytesOf('index.html', REVISION, reader)).toEqual(Buffer.from('新'));
  expect(await bytesOf('a/b.png', REVISION, reader)).toBeNull();
  await copies.keepOnly(GAME, OTHER);
  expect(await bytesOf('index.html', REVISION, reader)).toBeNull();
  expect(await copies.list(GAME, REVISION)).toEqual([]);
  expect(await bytesOf('a/b.png', OTHER, reader)).toEqual(FILES[1]?.bytes);
  await copies.keepOnly(GAME, null);
  expect(await bytesOf('a/b.png', OTHER, reader)).toBeNull();
});

it.each([
  ['../x', REVISION],
  [GAME, '../x'],
  [GAME, 'HEAD'],
  ['', REVISION],
])('no key is made of %s %s', async (gameId, revision) => {
  await expect(copies.read(gameId, revision, 'index.html')).rejects.toMatchObject({
    kind: 'PATH_ESCAPE',
  });
});
