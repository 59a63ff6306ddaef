import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/log.js';
import { beginAnew, refuseFresh } from './fresh.js';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-fresh-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe('npm start -- --fresh', () => {
  it('removes what was stored, also a database that lies elsewhere; secrets and logs stay', async () => {
    const elsewhere = path.join(dataDir, 'elsewhere', 'cluster');
    for (const folder of [elsewhere, 'postgres', 'users/u', 'published/g', 'secrets', 'logs'])
      await mkdir(path.resolve(dataDir, folder), { recursive: true });
    await writeFile(path.join(dataDir, 'temporal.db'), '');
    await writeFile(
      path.join(dataDir, 'postgres', 'postgres.json'),
      JSON.stringify({ cluster: elsewhere, port: 1, supervisorPid: 0 }),
    );
    await beginAnew(dataDir, createLog('test'));
    expect((await readdir(dataDir)).sort()).toEqual(['elsewhere', 'logs', 'secrets']);
    expect(await readdir(path.join(dataDir, 'elsewhere'))).toEqual([]);
  });

  it.each(['SUPABASE_URL', 'TEMPORAL_ADDRESS'])('refuses while %s is set', (name) => {
    expect(() => refuseFresh({ [name]: 'http://real' })).toThrow(
      `${name} names a real service. Nothing was removed.`,
    );
    expect(() => refuseFresh({})).not.toThrow();
  });
});
