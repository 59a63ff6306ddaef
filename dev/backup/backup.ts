import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { exists, filesBelow } from '../../src/disk/absent.js';
import { keepFile, placeFolder } from '../../src/disk/durable-files.js';
import type { Answer, Output } from '../../src/ops/options.js';
import { readSettings } from '../../src/ops/settings.js';
import { lastStart } from '../postgres/postgres.js';
import { askOne, beginLog, copyRunningCluster, keepLog, type KeptLog } from './cluster-copy.js';
import { placeCopy } from './copies.js';
import {
  listBackups,
  MANIFEST,
  OWN_FILES,
  placesIn,
  removeOldBackups,
  WORKFLOWS,
  type Manifest,
} from './folder.js';
import { mirrorObjects } from './mirror.js';
import { copySqlite } from './sqlite.js';
import { follows } from './wal-names.js';

/** A restore reads the log since its base: after a day a new one is shorter. */
const BASE_MS = 24 * 60 * 60_000;

export interface BackupOptions extends Output {
  /** Backups that stay. */
  readonly keep: number;
}

/** One round of a backup. */
interface Round {
  readonly dataDir: string;
  readonly folder: string;
  readonly id: string;
  readonly database: pg.Client;
  readonly cluster: string;
}

/**
 * `npx dreamcore backup [folder]`: the embedded stack as it is now, while it runs. What an earlier
 * one has is not copied again; one that was interrupted leaves nothing that the next one minds.
 */
export async function makeBackup(
  given: string | undefined,
  { envFile, keep, ...output }: BackupOptions,
): Promise<Answer> {
  const { env, config } = readSettings(envFile);
  if (env['SUPABASE_URL'])
    throw new Error(
      'SUPABASE_URL is set: that database is backed up by who hosts it (docs/restoring.md).',
    );
  if (config.OBJECTS_URL !== undefined)
    throw new Error('OBJECTS_URL is set: a bucket keeps its versions itself (docs/restoring.md).');
  const folder = path.resolve(given ?? `${config.DATA_DIR}-backups`);
  const server = await lastStart(path.join(config.DATA_DIR, 'postgres'));
  const database = new pg.Client({ connectionString: server?.url, connectionTimeoutMillis: 5_000 });
  database.on('error', () => undefined);
  try {
    if (server === null) throw new Error('no server was started');
    await database.connect();
  } catch (error) {
    throw new Error(
      `No stack runs from ${config.DATA_DIR}: start it, a backup is made while it runs.`,
      { cause: error },
    );
  }
  try {
    const id = new Date().toISOString().replaceAll(/[-:.]/g, '');
    const { cluster } = server;
    return answerOf(
      await backUp({ dataDir: config.DATA_DIR, folder, id, database, cluster }, keep),
      folder,
      output,
    );
  } finally {
    await database.end();
  }
}

async function backUp(round: Round, keep: number): Promise<{ made: Manifest; held: number }> {
  const { dataDir, folder, id, database } = round;
  const { system } = await askOne<{ system: string }>(
    database,
    'select system_identifier::text as system from pg_control_system()',
  );
  const { isFree } = await askOne<{ isFree: boolean }>(
    database,
    `select pg_try_advisory_lock(hashtext('dreamcore backup')) as "isFree"`,
  );
  if (!isFree) throw new Error('Another backup is being made.');
  const earlier = await listBackups(folder);
  if (earlier.some((backup) => backup.database !== system))
    throw new Error(`${folder} holds backups of another database: take another folder.`);
  const { scratch } = placesIn(folder);
  await rm(scratch, { recursive: true, force: true });
  const draft = path.join(scratch, id);
  await mkdir(draft, { recursive: true, mode: 0o700 });
  // Before the database: a workflow that is older than its rows repeats what it has done, and a
  // newer one would take for done what is not.
  const hasWorkflows = await copyWorkflows(dataDir, path.join(draft, WORKFLOWS));
  const { base, walFrom, at, last } = await backUpDatabase(round, earlier.at(-1));
  const { listed, held } = await mirrorObjects(dataDir, folder, new Date(earlier.at(-1)?.at ?? at));
  await copyOwnFiles(dataDir, draft, scratch);
  const made: Manifest = {
    id,
    at: at.toISOString(),
    database: system,
    base,
    walFrom,
    walTo: last,
    hasWorkflows,
    objects: listed,
  };
  await keepFile(path.join(draft, MANIFEST), `${JSON.stringify(made, null, 2)}\n`);
  const { backups } = placesIn(folder);
  await mkdir(backups, { recursive: true, mode: 0o700 });
  await placeFolder(draft, path.join(backups, id));
  await removeOldBackups(folder, keep);
  return { made, held };
}

/** A new base where there is none, where it is a day old, or where the log has a gap since. */
async function backUpDatabase(
  { folder, id, database, cluster }: Round,
  last: Manifest | undefined,
): Promise<Pick<Manifest, 'base' | 'walFrom'> & KeptLog> {
  const { bases, wal } = placesIn(folder);
  const copyTo = async (target: string): Promise<string> => {
    await mkdir(bases, { recursive: true, mode: 0o700 });
    return copyRunningCluster(database, cluster, target);
  };
  const first = await beginLog(database);
  const goesOn =
    last !== undefined && follows(last.walTo, first) && !isOld(last.base) ? last : null;
  const { base, walFrom } = goesOn ?? { base: id, walFrom: await copyTo(path.join(bases, id)) };
  return { base, walFrom, ...(await keepLog(database, { cluster, first, folder: wal })) };
}

/** The id of a base is its time. */
function isOld(base: string): boolean {
  const madeAt = base.replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/,
    '$1-$2-$3T$4:$5:$6.$7Z',
  );
  return !(Date.now() - Date.parse(madeAt) < BASE_MS);
}

async function copyWorkflows(dataDir: string, target: string): Promise<boolean> {
  const file = path.join(dataDir, WORKFLOWS);
  if (!(await exists(file))) return false;
  await copySqlite(file, target);
  return true;
}

async function copyOwnFiles(dataDir: string, draft: string, scratch: string): Promise<void> {
  for (const name of OWN_FILES) {
    const place = path.join(dataDir, name);
    const inside = await filesBelow(place);
    for (const file of inside.length > 0 ? inside.map((each) => path.join(name, each)) : [name])
      await placeCopy(path.join(dataDir, file), path.join(draft, file), scratch);
  }
}

function answerOf(
  { made, held }: { made: Manifest; held: number },
  folder: string,
  { json }: Output,
): Answer {
  const warning =
    held > 0
      ? `${held} objects are gone from DATA_DIR, more than house-keeping removes: their copies ` +
        `stay. npx dreamcore verify says what is lost.`
      : undefined;
  const text = json
    ? JSON.stringify(made, null, 2)
    : `Backup ${made.id} in ${folder}: ${made.objects} objects, the database up to ${made.at}.`;
  return { text, ...(warning !== undefined && { warning }) };
}
