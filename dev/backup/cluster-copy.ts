import { chown, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type pg from 'pg';
import { absentAs } from '../../src/disk/absent.js';
import { keepFile, placeFolder } from '../../src/disk/durable-files.js';
import type { RunUser } from '../postgres/location.js';
import { namesIn } from './folder.js';
import { isHistory, segmentsBetween } from './wal-names.js';

/** PostgreSQL makes their contents anew, or gets them from elsewhere. */
const EMPTY = new Set(
  ['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots'].concat([
    'pg_stat_tmp',
    'pg_subtrans',
  ]),
);
const LEFT_OUT = /^(postmaster\.(pid|opts)|pg_internal\.init\S*|pgsql_tmp\S*|\S+\.part)$/;
/** Keeps the log of changes until a backup has it. */
const SLOT = 'dreamcore_backup';
/** A stack of which no backup is made any more keeps no more than this of its log. */
const MOST_KEPT = '2GB';

const zipped = promisify(gzip);

/** Copies a cluster's files, as they are at some moment each, and gives them to an account. */
export async function copyCluster(
  from: string,
  to: string,
  owner: RunUser | undefined,
): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  if (owner) await chown(to, owner.uid, owner.gid);
  if (EMPTY.has(path.basename(to))) return;
  for (const entry of await readdir(from, { withFileTypes: true }).catch(absentAs([]))) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (LEFT_OUT.test(entry.name)) continue;
    if (entry.isDirectory()) await copyCluster(source, target, owner);
    if (!entry.isFile()) continue;
    const isThere = await copyFile(source, target).then(() => true, absentAs(false));
    if (isThere && owner) await chown(target, owner.uid, owner.gid);
  }
}

/** Copies the cluster of a running server to `target`. Returns the first segment that it needs. */
export async function copyRunningCluster(
  database: pg.Client,
  cluster: string,
  target: string,
): Promise<string> {
  const draft = `${target}.part`;
  await rm(draft, { recursive: true, force: true });
  await database.query(`select pg_backup_start('dreamcore', true)`);
  await copyCluster(cluster, draft, undefined);
  const { label } = await askOne<{ label: string }>(
    database,
    'select labelfile as label from pg_backup_stop(false)',
  );
  await writeFile(path.join(draft, 'backup_label'), label);
  await placeFolder(draft, target);
  const first = /^START WAL LOCATION: \S+ \(file (\w+)\)/m.exec(label)?.[1];
  if (first === undefined) throw new Error('PostgreSQL does not say where its copy begins');
  return first;
}

/**
 * Has the server keep its log from now on, until {@link keepLog} has taken it; a server whose log
 * is kept already goes on with that. Returns the first segment that it has.
 */
export async function beginLog(database: pg.Client): Promise<string> {
  const read = `select wal_status, pg_walfile_name(restart_lsn) as first
    from pg_replication_slots where slot_name = '${SLOT}'`;
  const { rows } = await database.query<{ wal_status: string | null; first: string | null }>(read);
  const [known] = rows;
  if (known?.first && known.wal_status !== 'lost') return known.first;
  if (known) await database.query(`select pg_drop_replication_slot('${SLOT}')`);
  await database.query(`alter system set max_slot_wal_keep_size = '${MOST_KEPT}'`);
  await database.query('select pg_reload_conf()');
  await database.query(`select pg_create_physical_replication_slot('${SLOT}', true)`);
  return (await askOne<{ first: string }>(database, read)).first;
}

/** What the log has until now. */
export interface KeptLog {
  /** All that was committed until this moment of the database's clock. */
  readonly at: Date;
  readonly last: string;
}

/** Puts the segments since `first` into `folder`; the server needs them no more. */
export async function keepLog(
  database: pg.Client,
  { cluster, first, folder }: { cluster: string; first: string; folder: string },
): Promise<KeptLog> {
  const { at } = await askOne<{ at: Date }>(database, 'select clock_timestamp() as at');
  // A commit after that moment: a restore to it finds where to stop.
  await database.query('select pg_current_xact_id()');
  const { end, last } = await askOne<{ end: string; last: string }>(
    database,
    'select lsn::text as end, pg_walfile_name(lsn) as last from pg_switch_wal() as lsn',
  );
  const log = path.join(cluster, 'pg_wal');
  const names = await namesIn(log);
  const segments = segmentsBetween(names, first, last);
  if (!segments.isWhole) throw new Error(`PostgreSQL has not kept its log from ${first} on`);
  const known = new Set(await namesIn(folder));
  for (const name of [...names.filter(isHistory), ...segments.names]) {
    if (known.has(`${name}.gz`)) continue;
    const bytes = await zipped(await readFile(path.join(log, name)), { level: 1 });
    await keepFile(path.join(folder, `${name}.gz`), bytes, { mode: 0o600 });
  }
  await database.query(`select pg_replication_slot_advance('${SLOT}', $1::pg_lsn)`, [end]);
  return { at, last };
}

/** The one row of a query. */
export async function askOne<Row extends pg.QueryResultRow>(
  database: pg.Client,
  query: string,
): Promise<Row> {
  const { rows } = await database.query<Row>(query);
  const [row] = rows;
  if (row === undefined) throw new Error('PostgreSQL answers with no row');
  return row;
}
