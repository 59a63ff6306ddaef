import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MIGRATIONS_DIR } from '../../../src/config.js';
import { lastBeforeContract, rangeOfSources } from '../../../src/process/build-range.js';
import { migrate } from '../../../src/store/migrate.js';
import { log } from '../../support/database.js';
import { newPlayer, say } from '../../support/player.js';
import { patient } from '../../support/patience.js';
import { startStack, type Stack } from '../../support/stack.js';
import { environmentOf } from '../../support/workers.js';

let stack: Stack;
let folder: string;
let databaseUrl: string;
let last: number;
beforeAll(async () => {
  // Longer than a process takes to look at its database again.
  stack = await startStack({ env: { DEMO_SECONDS: '20' } });
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-newer-'));
  await cp(MIGRATIONS_DIR, folder, { recursive: true });
  databaseUrl = (await environmentOf(await stack.pidOf('supabase')))['DATABASE_URL'] ?? '';
  last = (await rangeOfSources()).schema.to;
});
afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What the next build's `migrate` does. */
async function migrateTo(version: number, step: 'expand' | 'contract'): Promise<void> {
  const name = `${String(version).padStart(4, '0')}_next.sql`;
  const sql = `-- step: ${step}\nalter table public.projects add column ${step}ed text;\n`;
  await writeFile(path.join(folder, name), sql);
  expect(await migrate(databaseUrl, log, { dir: folder })).toEqual([name]);
}
const pids = (): Promise<number[]> => Promise.all([stack.pidOf('api'), stack.pidOf('worker')]);

it('O2: code goes on, and starts, on the next schema while that only expands', async () => {
  const player = await newPlayer(stack);
  const before = await pids();
  await say(player);
  await player.listener.untilMidRun();
  await migrateTo(last + 1, 'expand');
  await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed' });
  expect(await pids()).toEqual(before);
  player.listener.close();

  for (const part of ['api', 'worker'] as const)
    await stack.untilRestarted(part, await stack.kill(part));
  const next = await newPlayer(stack);
  await say(next);
  await expect(next.listener.untilEnd()).resolves.toMatchObject({ type: 'completed' });
  next.listener.close();
});

it('O2: code leaves a schema that a contract file has parted from it', async () => {
  const from = stack.logs().length;
  const version = lastBeforeContract(last) + 1;
  await migrateTo(version, 'contract');
  const refusal = new RegExp(`the database \\(schema ${version}\\) is newer than this code`);
  await stack.untilLogged(refusal, { from, timeoutMs: patient(20_000) });
});
