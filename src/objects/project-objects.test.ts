import { beforeEach, describe, expect, it } from 'vitest';
import { createFileObjectStore } from './file-object-store.js';
import { removeBelow } from './kept-files.js';
import { listAll, readAll, type ObjectStore } from './object-store.js';
import { keepProjectObject, readNewest } from './project-objects.js';
import { freshFolder } from '../../test/support/own-folder.js';

const PREFIX = 't/project/';
const root = freshFolder();
let objects: ObjectStore;
beforeEach(async () => {
  objects = createFileObjectStore(root);
});

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of listAll(objects, '')) found.push(key);
  return found;
}

describe('F2/L4: an object of a project that may go at any moment', () => {
  const keep = (
    name: string,
    rights: { endRow?: () => Promise<boolean>; exists?: () => boolean } = {},
  ) =>
    keepProjectObject(objects, { prefix: PREFIX, key: `${PREFIX}${name}` }, Buffer.from(name), {
      endRow: rights.endRow ?? (async () => true),
      projectExists: async () => (rights.exists ?? (() => true))(),
    });
  const shown = async (): Promise<string | undefined> =>
    (await readNewest(objects, PREFIX))?.bytes.toString();

  it('is stored before its row ends, and takes the place of older ones after it', async () => {
    await keep('old');
    const endRow = async () => (await readAll(objects, `${PREFIX}new`)) !== null;
    await expect(keep('new', { endRow })).resolves.toBe(true);
    expect([await keys(), await shown()]).toEqual([[`${PREFIX}new`], 'new']);
  });

  it('is not kept when its row has ended otherwise, and the older one stays', async () => {
    await keep('old');
    await expect(keep('new', { endRow: async () => false })).resolves.toBe(false);
    expect([await keys(), await shown()]).toEqual([[`${PREFIX}old`], 'old']);
  });

  it.each([true, false])('leaves nothing when the project goes meanwhile: %s', async (ends) => {
    await keep('old');
    const endRow = async () => {
      await removeBelow(objects, PREFIX);
      return ends;
    };
    await expect(keep('new', { endRow, exists: () => false })).resolves.toBe(false);
    expect(await keys()).toEqual([]);
  });

  it('removes what it stored when the delete came right afterwards', async () => {
    await expect(keep('new', { exists: () => false })).resolves.toBe(false);
    expect(await keys()).toEqual([]);
  });

  it('of many at once the newest stays, and the next one replaces them all', async () => {
    const names = Array.from({ length: 8 }, (_, at) => `n${at}`);
    expect(await Promise.all(names.map((name) => keep(name)))).not.toContain(false);
    expect(await shown()).toMatch(/^n/);
    await keep('z');
    expect(await keys()).toEqual([`${PREFIX}z`]);
  });
});
