import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { sha256Of } from '../contracts/base/hashes.js';
import { MIGRATIONS_DIR } from '../config.js';
import type { Log } from '../telemetry/log.js';
import { fillMessageCodes } from './fill-message-codes.js';
import {
  functionsOf,
  planMigration,
  versionOf,
  type DatabaseFacts,
  type Migration,
  type MigrationPlan,
} from './schema-plan.js';

/** The advisory lock of a start that migrates: the second of two waits, then has nothing to do. */
const MIGRATION_LOCK = 4_711_002;
const LOCK_POLL_MS = 200;
const TRIES = 4;
const RETRY_MS = 1_000;
/** SQLSTATE: lock not available, deadlock detected. */
const LOCKED_CODES = ['55P03', '40P01'];

export interface MigrateOptions {
  /** Folder of the chain; by default the one of this code. */
  readonly dir?: string;
  /** Longest wait for one lock of the database, milliseconds. */
  readonly lockTimeoutMs?: number;
  /** Longest wait for another start that migrates, milliseconds. */
  readonly startTimeoutMs?: number;
  /**
   * Called once when files are due and the database was accepted, before the first of them begins;
   * other starts wait meanwhile. When it throws, nothing is applied.
   */
  readonly beforeApply?: (plan: MigrationPlan) => Promise<void>;
}

/**
 * Applies the files of the chain that are not applied yet, in order, each once and in one
 * transaction (O1), and answers their names. Needs a direct connection (no transaction pooler) of
 * the tables' owner. Throws `SchemaRefusedError` before anything is changed when the database is
 * not this code's, else an error that names the file that failed: those before it are kept.
 */
export async function migrate(
  databaseUrl: string,
  log: Log,
  {
    dir = MIGRATIONS_DIR,
    lockTimeoutMs = 5_000,
    startTimeoutMs = 60_000,
    beforeApply,
  }: MigrateOptions = {},
): Promise<string[]> {
  const chain = await readChain(dir);
  return withDatabase(databaseUrl, log, async (client) => {
    await takeLock(client, startTimeoutMs);
    const plan = planMigration(chain, await readFacts(client, chain));
    const names = plan.due.map(({ name }) => name);
    if (names.length > 0) await beforeApply?.(plan);
    for (const migration of plan.due) await applyPatiently(client, chain, migration, lockTimeoutMs);
    // Also without a file that is due: an earlier start may have ended between the two.
    await fillMessageCodes(client);
    if (names.length === 0) return names;
    // PostgREST looks for functions in a copy of the schema.
    await client.query(`notify pgrst, 'reload schema'`);
    log.info({ applied: names }, 'database migrations applied');
    return names;
  });
}

/** What {@link migrate} would do. Changes nothing; throws `SchemaRefusedError` as it does. */
export async function readPlan(databaseUrl: string, log: Log): Promise<MigrationPlan> {
  const chain = await readChain(MIGRATIONS_DIR);
  return withDatabase(databaseUrl, log, async (client) =>
    planMigration(chain, await readFacts(client, chain)),
  );
}

async function withDatabase<T>(
  databaseUrl: string,
  log: Log,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    application_name: 'dreamcore-migrate',
  });
  client.on('error', (error) => log.warn({ err: error }, 'the connection of the migrations broke'));
  client.on('notice', (notice) => log.debug({ notice: notice.message }, 'migration notice'));
  await client.connect();
  try {
    return await work(client);
  } finally {
    // Ends the session and with it the lock.
    await client.end();
  }
}

async function readChain(dir: string): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(dir, name), 'utf8');
      const hash = sha256Of(sql);
      return { name, version: versionOf(name), sql, hash };
    }),
  );
}

async function takeLock(client: pg.Client, timeoutMs: number): Promise<void> {
  for (const startedMs = performance.now(); ; await sleep(LOCK_POLL_MS)) {
    const { rows } = await client.query<{ isOurs: boolean }>(
      'select pg_try_advisory_lock($1) as "isOurs"',
      [MIGRATION_LOCK],
    );
    if (rows[0]?.isOurs) return;
    if (performance.now() - startedMs > timeoutMs)
      throw new Error(
        `another start has been changing the database for ${timeoutMs / 1000} s: try again when ` +
          'it has ended; nothing was changed',
      );
  }
}

/** Up to 0011 the applied files stand in `dreamcore.migrations`, which 0012 replaces. */
async function recordsOf(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_catalog.pg_class where relkind = 'r' and oid in
       (to_regclass('dreamcore.schema_files'), to_regclass('dreamcore.migrations'))
     order by relname desc`,
  );
  return rows[0] ? `dreamcore.${rows[0].name}` : null;
}

async function readFacts(client: pg.Client, chain: readonly Migration[]): Promise<DatabaseFacts> {
  const records = await recordsOf(client);
  const applied =
    records === null
      ? []
      : (
          await client.query<DatabaseFacts['applied'][number]>(
            `select name, hash from ${records} order by name`,
          )
        ).rows;
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_catalog.pg_class
     where relnamespace = to_regnamespace('public') and relkind in ('r', 'p', 'v')`,
  );
  return {
    applied,
    tables: rows.map(({ name }) => name),
    doubled: await doubledFunctions(client, chain),
  };
}

/** A call by name cannot choose between two functions: every message would wait for ever. */
async function doubledFunctions(client: pg.Client, chain: readonly Migration[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select p.proname as name from pg_catalog.pg_proc p
     where p.pronamespace = to_regnamespace('public') and p.proname = any($1)
       and not exists (select from pg_catalog.pg_depend d where d.objid = p.oid and d.deptype = 'e')
     group by p.proname having count(*) > 1 order by 1`,
    [functionsOf(chain)],
  );
  return rows.map(({ name }) => name);
}

/** A lock that others hold for long is given up and tried again, so that they are not held up. */
async function applyPatiently(
  client: pg.Client,
  chain: readonly Migration[],
  migration: Migration,
  lockTimeoutMs: number,
): Promise<void> {
  const { name } = migration;
  for (let tries = 1; ; tries += 1) {
    try {
      return await apply(client, chain, migration, lockTimeoutMs);
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      const isLocked = LOCKED_CODES.includes((error as { code?: string }).code ?? '');
      if (isLocked && tries < TRIES) {
        await sleep(RETRY_MS);
        continue;
      }
      const reason = isLocked
        ? `another session keeps what it changes locked (${TRIES} tries of ` +
          `${lockTimeoutMs / 1000} s); end that session or try again later`
        : error instanceof Error
          ? error.message
          : String(error);
      throw new Error(`Migration ${name} failed, and nothing of it was applied: ${reason}`, {
        cause: error,
      });
    }
  }
}

async function apply(
  client: pg.Client,
  chain: readonly Migration[],
  { name, sql, hash }: Migration,
  lockTimeoutMs: number,
): Promise<void> {
  await client.query('begin');
  await client.query(`select set_config('lock_timeout', $1, true)`, [`${lockTimeoutMs}ms`]);
  await client.query(sql);
  const doubled = await doubledFunctions(client, chain);
  if (doubled.length > 0)
    throw new Error(`it leaves more than one function of the name ${doubled.join(', ')}`);
  let records = await recordsOf(client);
  if (records === null) {
    records = 'dreamcore.schema_files';
    await client.query(`
      create schema if not exists dreamcore;
      create table ${records} (
        name text primary key, hash text not null, applied_at timestamptz not null default now())`);
  }
  await client.query(`insert into ${records} (name, hash) values ($1, $2)`, [name, hash]);
  await client.query('commit');
}
