import { appendFile, chown, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import pg from 'pg';
import type { Log } from '../../src/telemetry/log.js';
import type { RunUser } from '../postgres/location.js';
import { placeCluster, startPostgres, writeRecord } from '../postgres/postgres.js';
import { askOne, copyCluster } from './cluster-copy.js';

const LOOK_MS = 200;
const unzipped = promisify(gunzip);

interface RestoredCluster {
  readonly base: string;
  /** Zipped files of the log, by their paths. */
  readonly segments: readonly string[];
  readonly until: Date | null;
  readonly log: Log;
}

/**
 * Makes the cluster of `dataDir` from a base and the log since, and has PostgreSQL read that log.
 * Throws with the end of the server's own log when it cannot.
 */
export async function restoreCluster(
  given: string,
  { base, segments, until, log }: RestoredCluster,
): Promise<void> {
  const dataDir = await realpath(given);
  const { cluster, user } = await placeCluster(dataDir, undefined, log);
  const draft = `${cluster}.new`;
  await rm(draft, { recursive: true, force: true });
  await copyCluster(base, draft, user);
  for (const file of segments) {
    const name = path.join('pg_wal', path.basename(file, '.gz'));
    await addFile(draft, name, await unzipped(await readFile(file)), user);
  }
  await addFile(draft, 'recovery.signal', '', user);
  // All of the log lies in the cluster itself.
  const settings = [`restore_command = 'false'`].concat(
    // PostgreSQL's own notation: it takes no `T` and no `Z` here.
    until
      ? [`recovery_target_time = '${until.toISOString().replace('T', ' ').replace('Z', '+00')}'`]
      : [],
    `recovery_target_action = 'promote'`,
  );
  await appendFile(path.join(draft, 'postgresql.auto.conf'), `${settings.join('\n')}\n`);
  await rename(draft, cluster);
  await writeRecord(dataDir, { cluster, port: 0, supervisorPid: 0 });
  const server = await startPostgres({ dataDir, log });
  try {
    await readLog(server.url, server.exited);
  } finally {
    await server.stop();
  }
}

async function addFile(
  cluster: string,
  name: string,
  bytes: string | Uint8Array,
  user: RunUser | undefined,
): Promise<void> {
  const file = path.join(cluster, name);
  await writeFile(file, bytes, { mode: 0o600 });
  if (user) await chown(file, user.uid, user.gid);
}

/** Resolves when the server has read its log to the wanted moment and takes changes. */
async function readLog(url: string, exited: Promise<number>): Promise<void> {
  let hasEnded = false;
  void exited.then(() => {
    hasEnded = true;
  });
  const database = new pg.Client({ connectionString: url });
  database.on('error', () => undefined);
  await database.connect();
  try {
    const read = 'select pg_is_in_recovery() as "isReading"';
    while ((await askOne<{ isReading: boolean }>(database, read)).isReading && !hasEnded)
      await sleep(LOOK_MS);
    for (const setting of ['restore_command', 'recovery_target_time', 'recovery_target_action'])
      await database.query(`alter system reset ${setting}`);
  } finally {
    await database.end().catch(() => undefined);
  }
}
