import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createLog, logOutput } from '../../src/telemetry/log.js';
import { beginAnew, refuseFresh } from './fresh.js';
import { fileFolder } from '../../test/support/own-folder.js';

const dataDir = fileFolder();

describe('npm start -- --fresh', () => {
  it('removes what was stored, also a database elsewhere; secrets and logs stay', async () => {
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

  it('says what goes before it removes anything', async () => {
    for (const folder of ['users/one', 'users/two', 'published/g', 'logs'])
      await mkdir(path.join(dataDir, folder), { recursive: true });
    const stored = vi.spyOn(logOutput, 'write').mockImplementation(() => {
      throw new Error('the log is full');
    });
    await expect(beginAnew(dataDir, createLog('test'))).rejects.toThrow('the log is full');
    expect(await readdir(path.join(dataDir, 'users'))).toEqual(['one', 'two']);
    expect(stored.mock.calls.join()).toContain(
      `${dataDir} holds: games, published games. Users with games: 2. Secrets, ports and logs stay`,
    );
    stored.mockRestore();
  });

  it.each(['SUPABASE_URL', 'TEMPORAL_ADDRESS'])('refuses while %s is set', (name) => {
    expect(() => refuseFresh({ [name]: 'http://real' })).toThrow(
      `${name} names a real service. Nothing was removed.`,
    );
    expect(() => refuseFresh({})).not.toThrow();
  });
});
