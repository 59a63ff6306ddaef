import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { measureUserFolder } from './folder-size.js';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-sizes-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

it(
  "adds up a user's projects and assets, as whole things, the largest first, links not " +
    'followed',
  async () => {
    const userId = randomUUID();
    const root = path.join(dataDir, 'users', userId);
    const put = async (file: string, bytes: number): Promise<void> => {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), Buffer.alloc(bytes));
    };
    await put('projects/one/repo.git/objects/a', 100);
    await put('projects/one/repo.git/objects/pack/b', 50);
    await put('projects/two/repo.git/HEAD', 10);
    await put('assets/c.png', 120);
    await symlink(os.tmpdir(), path.join(root, 'projects', 'one', 'link'));
    const { bytes, largest } = await measureUserFolder(dataDir, userId.toUpperCase());
    expect(largest.map((thing) => thing.path)).toEqual([
      'projects/one',
      'assets/c.png',
      'projects/two',
    ]);
    expect(bytes).toBeGreaterThanOrEqual(280);
    expect(bytes).toBeLessThan(1_000);
  },
);

it('nothing there takes up nothing; what is not an id is refused', async () => {
  expect(await measureUserFolder(dataDir, randomUUID())).toEqual({ bytes: 0, largest: [] });
  await expect(measureUserFolder(dataDir, '..')).rejects.toMatchObject({ kind: 'PATH_ESCAPE' });
});
