import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { PROJECT_ROOT } from '../config.js';
import type { Log } from '../telemetry/log.js';

const MIGRATIONS_DIR = path.join(PROJECT_ROOT, 'supabase', 'migrations');
/**
 * One number for "the chain is being applied here": the second of two waits and then finds nothing
 * to do.
 */
const MIGRATION_LOCK = 4_711_002;
const RECORDS = `
  create schema if not exists dreamcore;
  create table if not exists dreamcore.migrations (
    name text primary key,
    hash text not null,
    applied_at timestamptz not null default now()
  )`;

/** The database remembers files that this chain does not have: nothing leads from there to it. */
export class OlderSchemeError extends Error {
  override readonly name = 'OlderSchemeError';
  constructor() {
    super(
      'the database was made by an older scheme; run `npm start -- --fresh` ' +
        'or restore into a new one',
    );
  }
}

interface Migration {
  name: string;
  sql: string;
  hash: string;
}

/**
 * Applies the chain in order, each file in one transaction, and remembers names and hashes in
 * `dreamcore.migrations`. From the first file that is new or was changed everything runs, because
 * every file may be repeated. Answers what ran. Needs a direct connection (no transaction pooler)
 * of the tables' owner. Throws {@link OlderSchemeError} before it changes anything, or naming the
 * file that failed.
 */
export async function migrate(databaseUrl: string, log: Log): Promise<string[]> {
  const chain = await readChain();
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    application_name: 'dreamcore-migrate',
  });
  client.on('error', (error) => log.warn({ err: error }, 'the connection of the migrations broke'));
  client.on('notice', (notice) => log.debug({ notice: notice.message }, 'migration notice'));
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(RECORDS);
    const { rows } = await client.query<{ name: string; hash: string }>(
      'select name, hash from dreamcore.migrations',
    );
    if (rows.some((row) => chain.every(({ name }) => name !== row.name)))
      throw new OlderSchemeError();
    const due = dueMigrations(chain, new Map(rows.map((row) => [row.name, row.hash])));
    for (const migration of due) await apply(client, migration);
    if (due.length > 0)
      log.info({ applied: due.map(({ name }) => name) }, 'database migrations applied');
    return due.map(({ name }) => name);
  } finally {
    // Ends the session and with it the lock.
    await client.end();
  }
}

function dueMigrations(
  chain: readonly Migration[],
  applied: ReadonlyMap<string, string>,
): Migration[] {
  const first = chain.findIndex(({ name, hash }) => applied.get(name) !== hash);
  return first === -1 ? [] : chain.slice(first);
}

async function readChain(): Promise<Migration[]> {
  const names = (await readdir(MIGRATIONS_DIR)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(MIGRATIONS_DIR, name), 'utf8');
      return { name, sql, hash: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function apply(client: pg.Client, { name, sql, hash }: Migration): Promise<void> {
  try {
    await client.query('begin');
    await client.query(sql);
    await client.query(
      `insert into dreamcore.migrations (name, hash) values ($1, $2)
       on conflict (name) do update set hash = excluded.hash, applied_at = now()`,
      [name, hash],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw new Error(
      `Migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
