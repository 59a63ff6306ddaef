import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../../src/log.js';
import { removePostgres } from '../postgres/postgres.js';

/** Below DATA_DIR: what belongs to rows of the embedded database or to Temporal's workflows. */
const STATE = [
  'temporal.db',
  'temporal.db-shm',
  'temporal.db-wal',
  'modal',
  'users',
  'published',
  'assets',
  'uploads',
  'objects',
  'scratch',
];
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
 * `npm start -- --fresh`: removes the embedded database, Temporal's state and the files that belong
 * to them. Secrets, ports and logs stay. No part may be running.
 */
export async function beginAnew(dataDir: string, log: Log): Promise<void> {
  log.warn(`--fresh: removing all users, games and workflows in ${dataDir}`);
  await removePostgres(path.join(dataDir, 'postgres'));
  await Promise.all(
    STATE.map((name) => rm(path.join(dataDir, name), { recursive: true, force: true })),
  );
}
