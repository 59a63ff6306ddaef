import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { findBinaries, linkLibraries, type BinarySearch } from './binaries.js';
import { freshFolder } from '../../test/support/own-folder.js';

const folder = freshFolder();

const search = (changes: Partial<BinarySearch>): BinarySearch => ({
  pgBinDir: undefined,
  neededMajor: undefined,
  user: undefined,
  copyPlace: async () => folder,
  onCopied: () => undefined,
  ...changes,
});

/** A folder of programs that say they are PostgreSQL of some version. */
async function programs(version: string, at = folder): Promise<string> {
  for (const name of ['postgres', 'initdb'])
    await writeFile(path.join(at, name), `#!/bin/sh\necho "postgres (PostgreSQL) ${version}"\n`, {
      mode: 0o755,
    });
  return at;
}

it(
  'makes the library links that a skipped install script left out, and leaves existing ones ' +
    'alone',
  async () => {
    const native = path.join(folder, 'native');
    await mkdir(path.join(native, 'lib'), { recursive: true });
    await writeFile(path.join(native, 'lib/libx.so.1.2'), 'library');
    await writeFile(
      path.join(native, 'pg-symlinks.json'),
      JSON.stringify([
        { source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so' },
        { source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' },
      ]),
    );
    await linkLibraries(native);
    await linkLibraries(native);
    expect(await readFile(path.join(native, 'lib/libx.so.1'), 'utf8')).toBe('library');
    expect(await readFile(path.join(native, 'lib/libx.so'), 'utf8')).toBe('library');
  },
);

it('takes PG_BINDIR and nothing else when it is set', async () => {
  expect(await findBinaries(search({ pgBinDir: await programs('16.4 (Debian)') }))).toEqual({
    binDir: folder,
    major: 16,
  });
  await expect(findBinaries(search({ pgBinDir: '/nowhere/at/all' }))).rejects.toThrow(
    '/nowhere/at/all',
  );
});

it('takes PG_BINDIR also in an npm package, where it makes the links first', async () => {
  const native = path.join(folder, 'native');
  await mkdir(path.join(native, 'bin'), { recursive: true });
  await writeFile(
    path.join(native, 'pg-symlinks.json'),
    JSON.stringify([{ source: 'native/bin/postgres', target: 'native/link' }]),
  );
  const pgBinDir = await programs('15.18', path.join(native, 'bin'));
  expect(await findBinaries(search({ pgBinDir }))).toEqual({ binDir: pgBinDir, major: 15 });
  expect(await readFile(path.join(native, 'link'), 'utf8')).toContain('15.18');
});

it('refuses a version that is too old, or that cannot read the stored database', async () => {
  await expect(findBinaries(search({ pgBinDir: await programs('14.9') }))).rejects.toThrow(
    'needs PostgreSQL 15',
  );
  await expect(
    findBinaries(search({ pgBinDir: await programs('16.4'), neededMajor: 17 })),
  ).rejects.toThrow('the stored database needs 17');
});
