import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepProjectFile } from './stored-file.js';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'kept-'));
  folder = path.join(root, 'project');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const isThere = (place: string): Promise<boolean> =>
  access(place).then(
    () => true,
    () => false,
  );
const bytes = Buffer.from('new');

describe('F2: a file of a project that may go at any moment', () => {
  const keep = (rights: { endRow?: () => Promise<boolean>; exists?: () => boolean } = {}) =>
    keepProjectFile(path.join(folder, 'thumbnail.webp'), bytes, {
      endRow: rights.endRow ?? (async () => true),
      projectExists: async () => (rights.exists ?? (() => true))(),
    });

  it('takes its place once its row has ended, and leaves nothing aside', async () => {
    let before: string[] = [];
    const endRow = async () => {
      before = await readdir(folder);
      return true;
    };
    await expect(keep({ endRow })).resolves.toBe(true);
    expect(before).not.toContain('thumbnail.webp');
    expect(await readdir(folder)).toEqual(['thumbnail.webp']);
    expect(await readFile(path.join(folder, 'thumbnail.webp'))).toEqual(bytes);
  });

  it('is not kept when its row has ended otherwise', async () => {
    await expect(keep({ endRow: async () => false })).resolves.toBe(false);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['before its row ends', async () => false],
    ['after its row has ended', async () => true],
  ])('brings no folder back when the project goes %s', async (_when, endRow) => {
    await expect(
      keep({
        endRow: async () => {
          await rm(folder, { recursive: true, force: true });
          return endRow();
        },
        exists: () => false,
      }),
    ).resolves.toBe(false);
    expect(await isThere(folder)).toBe(false);
  });

  it('removes what it put there when the delete came right afterwards', async () => {
    await expect(keep({ exists: () => false })).resolves.toBe(false);
    expect(await isThere(folder)).toBe(false);
  });
});
