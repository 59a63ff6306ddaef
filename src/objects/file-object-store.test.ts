import { mkdir, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFileObjectStore } from './file-object-store.js';
import { objectStorePromises } from '../../test/support/object-store-promises.js';
import { freshFolder } from '../../test/support/own-folder.js';

const dataDir = freshFolder();

objectStorePromises(async () => createFileObjectStore(dataDir));

describe('as files', () => {
  const modeOf = async (...parts: string[]): Promise<string> =>
    ((await stat(path.join(dataDir, 'objects', ...parts))).mode & 0o777).toString(8);

  it('folders are 0700 and files 0600', async () => {
    await createFileObjectStore(dataDir).put('a/b', Buffer.from('x'));
    expect([await modeOf(), await modeOf('a'), await modeOf('a', 'b')]).toEqual([
      '700',
      '700',
      '600',
    ]);
  });

  it('an empty folder goes with its last object', async () => {
    const store = createFileObjectStore(dataDir);
    await store.put('a/b/c', Buffer.from('x'));
    await store.delete('a/b/c');
    expect(await readdir(path.join(dataDir, 'objects'))).toEqual(['.drafts']);
  });

  it('what is deleted and can return lies in one place, below the path that it had', async () => {
    const store = createFileObjectStore(dataDir);
    for (const key of ['a/b', 'a/c/d', 'e']) await store.put(key, Buffer.from(key));
    await store.deleteAll(['a/b', 'a/c/d', 'gone'], { canReturn: true });
    const removed = path.join(dataDir, 'removed');
    const entries = await readdir(removed);
    expect(entries).toHaveLength(1);
    const left = await readdir(path.join(removed, String(entries[0])), { recursive: true });
    expect(left.sort()).toEqual([
      'objects',
      'objects/a',
      'objects/a/b',
      'objects/a/c',
      'objects/a/c/d',
    ]);
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['e']);
  });

  it('removes only drafts that no put can still be writing, and lists none of them', async () => {
    const drafts = path.join(dataDir, 'objects', '.drafts');
    await mkdir(drafts, { recursive: true });
    for (const name of ['young', 'old']) await writeFile(path.join(drafts, name), name);
    const longAgo = new Date(Date.now() - 2 * 60 * 60_000);
    await utimes(path.join(drafts, 'old'), longAgo, longAgo);
    const store = createFileObjectStore(dataDir);
    expect((await store.list('')).objects).toEqual([]);
    expect(await store.removeAbandoned(60 * 60_000)).toBe(1);
    expect(await readdir(drafts)).toEqual(['young']);
  });

  it('lists no symbolic link', async () => {
    const store = createFileObjectStore(dataDir);
    await store.put('a/b', Buffer.from('x'));
    await symlink(os.tmpdir(), path.join(dataDir, 'objects', 'a', 'link'));
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['a/b']);
  });

  it('a store where nothing was stored has nothing, and makes no folder', async () => {
    const store = createFileObjectStore(dataDir);
    expect([await store.get('a'), (await store.list('')).objects]).toEqual([null, []]);
    await store.delete('a');
    expect(await readdir(dataDir)).toEqual([]);
  });
});
