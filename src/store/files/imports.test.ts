import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { importsFolder, removeOldImports } from './imports.js';
import { freshFolder } from '../../../test/support/own-folder.js';

const DAY_MS = 24 * 60 * 60_000;
const dataDir = freshFolder();

async function place(name: string, daysAgo: number): Promise<void> {
  const folder = path.join(importsFolder(dataDir), name);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'job.json'), '{}');
  const then = new Date(Date.now() - daysAgo * DAY_MS);
  await utimes(folder, then, then);
}

it('imports go after their time, and so does what a killed one has left', async () => {
  await place('old', 15);
  await place('.killed.part', 15);
  await place('new', 13);
  expect(await removeOldImports(dataDir, 14 * DAY_MS)).toBe(2);
  expect(await readdir(importsFolder(dataDir))).toEqual(['new']);
});

it('where nothing was imported there is nothing to do', async () => {
  expect(await removeOldImports(dataDir, 0)).toBe(0);
});
