import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { keepBuildFor, releaseBuild, removeOldBuilds } from './builds.js';
import { freshFolder } from '../../test/support/own-folder.js';

const folder = freshFolder();
beforeEach(async () => {
  for (const [at, name] of ['oldest', 'older', 'third', 'second', 'newest'].entries()) {
    const program = path.join(folder, name, 'launcher.js');
    await mkdir(path.dirname(program));
    await writeFile(program, '');
    await utimes(program, 1_000 + at, 1_000 + at);
  }
});

const left = async (): Promise<string[]> => (await readdir(folder)).sort();

it('U1: keeps a build that runs of a data folder may be pinned to, whatever its age', async () => {
  const build = path.join(folder, 'oldest');
  await keepBuildFor(build, folder);
  await removeOldBuilds(folder);
  expect(await left()).toEqual(['newest', 'oldest', 'second', 'third']);
  await releaseBuild(build, folder);
  await removeOldBuilds(folder);
  expect(await left()).toEqual(['newest', 'second', 'third']);
});

it('U1: keeps no build for a data folder that is gone', async () => {
  await keepBuildFor(path.join(folder, 'oldest'), path.join(folder, 'gone'));
  await removeOldBuilds(folder);
  expect(await left()).toEqual(['newest', 'second', 'third']);
});
