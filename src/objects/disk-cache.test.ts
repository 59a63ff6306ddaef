import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { createDiskCache } from './disk-cache.js';
import { createFileObjectStore } from './file-object-store.js';
import type { ObjectStore } from './object-store.js';
import { freshFolder } from '../../test/support/own-folder.js';

const HOUR_MS = 60 * 60_000;
const dataDir = freshFolder();
let objects: ObjectStore;
let reads: number;
beforeEach(async () => {
  const store = createFileObjectStore(dataDir);
  reads = 0;
  objects = { ...store, get: (key) => ((reads += 1), store.get(key)) };
});

const shaOf = (text: string): string => createHash('sha256').update(text).digest('hex');
async function put(text: string): Promise<[key: string, sha: string]> {
  const key = `o/${shaOf(text)}`;
  await objects.put(key, Buffer.from(text));
  return [key, shaOf(text)];
}
const textOf = async (file: string | null): Promise<string | null> =>
  file === null ? null : readFile(file, 'utf8');
const cached = async (): Promise<string[]> => (await readdir(path.join(dataDir, 'cache'))).sort();
async function age(sha: string, hours: number): Promise<void> {
  const then = new Date(Date.now() - hours * HOUR_MS);
  await utimes(path.join(dataDir, 'cache', sha), then, then);
}

it('an object is read once, and again when its file, or all of the cache, is gone', async () => {
  const cache = createDiskCache(dataDir, objects);
  const place = await put('abc');
  expect(await textOf(await cache.fileOf(...place))).toBe('abc');
  expect(await textOf(await cache.fileOf(...place))).toBe('abc');
  expect(reads).toBe(1);
  await rm(path.join(dataDir, 'cache'), { recursive: true });
  expect(await textOf(await cache.fileOf(...place))).toBe('abc');
  expect(reads).toBe(2);
});

it('L5: damage is a miss, also what an earlier process has left', async () => {
  const place = await put('abc');
  const file = await createDiskCache(dataDir, objects).fileOf(...place);
  await writeFile(file!, 'ab');
  const later = createDiskCache(dataDir, objects);
  expect(await textOf(await later.fileOf(...place))).toBe('abc');
  await writeFile(file!, 'xyz');
  expect(await textOf(await later.fileOf(...place))).toBe('abc');
  expect(reads).toBe(3);
});

it('what is gone, or holds other bytes than were promised, is no file', async () => {
  const cache = createDiskCache(dataDir, objects);
  const [key] = await put('abc');
  expect(await cache.fileOf('o/nothing', shaOf('abc'))).toBeNull();
  expect(await cache.fileOf(key, shaOf('other'))).toBeNull();
  expect(await cache.fileOf(key, '../escape')).toBeNull();
});

it('the least recently used files go beyond the limit, those in use never', async () => {
  const cache = createDiskCache(dataDir, objects, { maxBytes: 7 });
  const [a, b, c] = [await put('aaa'), await put('bbb'), await put('ccc')];
  await cache.fileOf(...a);
  await cache.fileOf(...b);
  await age(a[1], 4);
  await age(b[1], 5);
  await cache.fileOf(...a);
  await age(a[1], 4);
  await cache.fileOf(...c);
  expect(await cached()).toEqual([a[1], c[1]].sort());
  await cache.fileOf(...(await put('ddd')));
  await cache.fileOf(...(await put('eee')));
  expect(await cached()).toHaveLength(3);
});

it('a file that was not used for a week goes with the next that comes into a process', async () => {
  const old = await put('old');
  await createDiskCache(dataDir, objects).fileOf(...old);
  await age(old[1], 24 * 7 + 1);
  const [key, sha] = await put('new');
  await createDiskCache(dataDir, objects).fileOf(key, sha);
  expect(await cached()).toEqual([sha]);
});

it('a file has the time of its object, and is fetched once however many ask for it', async () => {
  const [key, sha] = await put('abc');
  const cache = createDiskCache(dataDir, objects);
  const files = await Promise.all([1, 2, 3].map(() => cache.fileOf(key, sha)));
  expect(reads).toBe(1);
  const object = (await objects.get(key))!;
  object.body.destroy();
  const { mtime } = await stat(files[0]!);
  expect(mtime).toEqual(object.modifiedAt);
});
