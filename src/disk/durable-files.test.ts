import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchSyncs, type SyncedPlace } from '../../test/support/synced-places.js';
import { keepFile, placeFolder } from './durable-files.js';
import { createFileObjectStore } from '../objects/file-object-store.js';
import { freshFolder } from '../../test/support/own-folder.js';

const base = freshFolder();
/** What was synced, in order, and how many bytes it had. */
let synced: SyncedPlace[];

beforeEach(async () => {
  synced = [];
  await watchSyncs(base, (place) => synced.push(place));
});
afterEach(async () => {
  vi.restoreAllMocks();
});

/** All bytes were synced under another name, and then the folder of the final one. */
function expectDurable(file: string, sizeBytes: number): void {
  const bytesAt = synced.findIndex((each) => !each.isFolder && each.sizeBytes === sizeBytes);
  expect(bytesAt).toBeGreaterThanOrEqual(0);
  expect(synced[bytesAt]?.place).not.toBe(file);
  const folder = join(file, '..');
  expect(synced.findLastIndex((each) => each.place === folder)).toBeGreaterThan(bytesAt);
}

it('E4: an object is on the disk, with its name, when it counts as kept', async () => {
  const bytes = Buffer.from('some bytes that nothing else has');
  await createFileObjectStore(base).put('images/one', bytes);
  const file = join(base, 'objects/images/one');
  expect(await readFile(file)).toEqual(bytes);
  expectDurable(file, bytes.length);
});

it('a write that fails leaves what was there, and no draft', async () => {
  await writeFile(join(base, 'in-the-way'), 'old');
  await expect(keepFile(join(base, 'in-the-way', 'file'), 'new')).rejects.toThrow();
  await mkdir(join(base, 'folder'));
  await expect(keepFile(join(base, 'folder'), 'new')).rejects.toThrow();
  await expect(placeFolder(join(base, 'nowhere'), join(base, 'folder'))).rejects.toThrow();
  expect((await readdir(base)).sort()).toEqual(['folder', 'in-the-way']);
  await keepFile(join(base, 'secret'), 'x', { mode: 0o600 });
  expect((await stat(join(base, 'secret'))).mode & 0o777).toBe(0o600);
});
