import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../../src/telemetry/log.js';
import { removePostgres } from '../postgres/postgres.js';

/** Below DATA_DIR: what belongs to rows of the database or to workflows, in words for people. */
const STATE: Readonly<Record<string, string | null>> = {
  postgres: 'the database (users, projects, chats)',
  'temporal.db': 'workflows',
  'temporal.db-shm': null,
  'temporal.db-wal': null,
  modal: 'what the Modal emulator keeps',
  users: 'games',
  published: 'published games',
  assets: 'images and sounds',
  uploads: 'uploads',
  objects: 'stored objects',
  scratch: null,
  cache: null,
};
/** Services whose state is not ours to remove. */
const REAL_SERVICES = ['SUPABASE_URL', 'TEMPORAL_ADDRESS'] as const;

/** Throws where a real service is configured: its state would no longer fit to what is removed. */
export function refuseFresh(env: Readonly<Record<string, string | undefined>>): void {
  const real = REAL_SERVICES.filter((name) => env[name]);
  if (real.length > 0)
    throw new Error(
      `--fresh removes what an embedded stack has stored, and ${real.join(' and ')} names ` +
        'a real service. Nothing was removed.',
    );
}

/**
 * `npm start -- --fresh`: lists what it removes, then removes the embedded database, Temporal's
 * state and the files that belong to them. Secrets, ports and logs stay. No part may be running.
 */
export async function beginAnew(dataDir: string, log: Log): Promise<void> {
  const present = new Set(await namesIn(dataDir));
  const names = Object.keys(STATE).filter((name) => present.has(name));
  if (names.length === 0) {
    log.info(`--fresh: nothing is stored in ${dataDir}`);
    return;
  }
  const users = (await namesIn(path.join(dataDir, 'users'))).length;
  const goes = names.flatMap((name) => STATE[name] ?? []).join(', ');
  log.warn(
    { users },
    `--fresh removes for good what ${dataDir} holds: ${goes}. Users with games: ${users}. ` +
      'Secrets, ports and logs stay',
  );
  await removePostgres(path.join(dataDir, 'postgres'));
  await Promise.all(
    names.map((name) => rm(path.join(dataDir, name), { recursive: true, force: true })),
  );
}

/** Names of what a folder holds; none when it is not there. */
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
