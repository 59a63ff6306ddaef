import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import {
  BUILD_FILE,
  lastBeforeContract,
  ownRange,
  rangeOfSources,
  readBuildRange,
  SCHEMA_FROM,
} from './build-range.js';
import { freshFolder } from '../../test/support/own-folder.js';

const dir = freshFolder();

it('O2: a build states its range; one that states none has none', async () => {
  expect(await readBuildRange(dir)).toBeNull();
  const range = await rangeOfSources();
  expect(range.schema.from).toBe(SCHEMA_FROM);
  expect(range.schema.to).toBeGreaterThanOrEqual(SCHEMA_FROM);
  await writeFile(path.join(dir, BUILD_FILE), JSON.stringify(range));
  expect(await readBuildRange(dir)).toEqual(range);
  expect(await ownRange()).toEqual(range);
  await writeFile(path.join(dir, BUILD_FILE), '{}');
  await expect(readBuildRange(dir)).rejects.toThrow();
});

it('O2: code works up to the end of the hundred that its chain ends in', () => {
  expect([29, 99, 100, 199].map(lastBeforeContract)).toEqual([99, 99, 199, 199]);
});
