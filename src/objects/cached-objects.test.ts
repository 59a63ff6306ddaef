import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { freshFolder } from '../../test/support/own-folder.js';
import { AppError } from '../contracts/base/errors.js';
import { sha256Of } from '../contracts/base/hashes.js';
import { cachedObjects } from './cached-objects.js';
import { createDiskCache } from './disk-cache.js';
import { createFileObjectStore } from './file-object-store.js';
import { readAll, readBytes, type ObjectStore } from './object-store.js';

const dataDir = freshFolder();
const bytes = Buffer.from('0123456789');
const key = `p/game/job/${sha256Of(bytes)}`;
const folder = path.join(dataDir, 'cache');
let store: ObjectStore;
let requests: string[];
let host: ObjectStore;

beforeEach(() => {
  store = createFileObjectStore(dataDir);
  requests = [];
  const counting: ObjectStore = {
    ...store,
    get: (wanted) => (requests.push('get'), store.get(wanted)),
    range: (wanted, first, last) => (requests.push('range'), store.range(wanted, first, last)),
  };
  host = cachedObjects(counting, createDiskCache(dataDir, counting, { inUseMs: 0 }));
});

it('L5: a part of what is named by its hash is one request, and none the next time', async () => {
  await store.put(key, bytes);
  const part = async () => String(await readBytes((await host.range(key, 2, 4))!));
  expect([await part(), await part(), String(await readAll(host, key))]).toEqual([
    '234',
    '234',
    '0123456789',
  ]);
  expect(requests).toEqual(['get']);
  await expect(host.range(key, 10, 12)).rejects.toBeInstanceOf(RangeError);
});

it('what has another name is read from the store each time', async () => {
  await store.put('g/game/copy', bytes);
  for (const _ of [1, 2]) expect(await readAll(host, 'g/game/copy')).toEqual(bytes);
  expect(requests).toEqual(['get', 'get']);
});

it('E3: bytes of the store that do not match their name are not served, nor kept', async () => {
  await store.put(key, Buffer.from('other'));
  expect([await readAll(host, key), await host.range(key, 0, 2)]).toEqual([null, null]);
  expect(await readdir(folder)).toEqual([]);
});

it('what was deleted here is gone here', async () => {
  await store.put(key, bytes);
  await readAll(host, key);
  await host.deleteAll([key]);
  expect([await host.get(key), await readdir(folder)]).toEqual([null, []]);
});

it('a cache without space, or deleted while a body is read, disturbs no reader', async () => {
  await store.put(key, bytes);
  await readAll(host, key);
  const reading = (await host.get(key))!;
  await rm(folder, { recursive: true });
  expect(await readBytes(reading)).toEqual(bytes);
  const full: ObjectStore = cachedObjects(store, {
    fileOf: () => Promise.reject(new AppError('DiskFull', 'full')),
    forget: () => Promise.resolve(),
  });
  expect(await readAll(full, key)).toEqual(bytes);
  await mkdir(folder);
  await writeFile(path.join(folder, sha256Of(bytes)), 'torn');
  expect(await readAll(host, key)).toEqual(bytes);
});
