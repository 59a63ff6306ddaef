import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { startPostgres } from '../../dev/postgres/postgres.js';
import { startGateway, type RunningGateway } from '../../dev/supabase/gateway.js';
import { applyPlatform } from '../../dev/supabase/platform.js';
import { createLog } from '../../src/telemetry/log.js';
import { createStore, type Store, type StoreConfig } from '../../src/store/index.js';
import { createUser, type TestUser } from './users.js';

export const log = createLog('test');

/** A PostgreSQL server of its own in a temp folder. */
export interface TestServer {
  /**
   * Address of a new database with the platform in it and nothing of ours, or of a copy of another
   * one that nobody uses.
   */
  createDatabase(copyOf?: string): Promise<string>;
  stop(): Promise<void>;
}

/** A database with the product's schema behind a real gateway. */
export interface TestDatabase {
  readonly config: StoreConfig;
  readonly store: Store;
  /** The superuser's address. */
  readonly adminUrl: string;
  /** Runs SQL as the superuser. */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<Row[]>;
  createUser(name?: string): Promise<TestUser>;
  /** A user who never signs in, by id. */
  newUserId(): Promise<string>;
  stop(): Promise<void>;
}

/** `pgBinDir`: of the PostgreSQL to take; by default the one that comes with the packages. */
export async function startServer(pgBinDir?: string): Promise<TestServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-database-'));
  const postgres = await startPostgres({
    dataDir: path.join(folder, 'postgres'),
    pgBinDir,
    log,
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  // Nothing of it has to survive the machine.
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit'])
    await runSql(postgres.url, `alter system set ${setting} = off`);
  await runSql(postgres.url, 'select pg_reload_conf()');
  return {
    async createDatabase(copyOf) {
      const url = await newDatabase(postgres.url, copyOf);
      if (copyOf === undefined) await applyPlatform(url);
      return url;
    },
    async stop() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A database of the run's server (test/support/global/database-server.ts) with the product's
 * schema, gateway and store; stop it in `afterAll`. What was started is stopped when the rest
 * fails.
 */
export async function startDatabase(): Promise<TestDatabase> {
  const { adminUrl, drop } = await createProductDatabase();
  const keyDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-keys-'));
  const stop = async (): Promise<void> => {
    await drop();
    await rm(keyDir, { recursive: true, force: true });
  };
  try {
    const gateway = await startGateway({
      databaseUrl: adminUrl,
      port: 0,
      siteUrl: 'http://localhost:3000',
      keyDir,
      log,
    });
    return openDatabase(adminUrl, gateway, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * A copy of the migrated template of the run's server, which costs a moment where a server of its
 * own costs seconds.
 */
export async function createProductDatabase(): Promise<{
  adminUrl: string;
  drop: () => Promise<void>;
}> {
  const { adminUrl: templateUrl } = inject('productTemplate');
  const adminUrl = await newDatabase(serverOf(templateUrl), templateUrl);
  return {
    adminUrl,
    drop: async () => {
      await runSql(serverOf(templateUrl), `drop database ${databaseOf(adminUrl)} with (force)`);
    },
  };
}

/** Address of a new database of a server, empty or a copy of one that nobody uses. */
async function newDatabase(serverUrl: string, copyOf?: string): Promise<string> {
  const url = new URL(serverUrl);
  url.pathname = `/test_${randomUUID().replaceAll('-', '')}`;
  // Without a log of what nobody recovers: half the work.
  const template = copyOf === undefined ? '' : ` template ${databaseOf(copyOf)} strategy file_copy`;
  await runSql(serverUrl, `create database ${databaseOf(url.href)}${template}`);
  return url.href;
}

const databaseOf = (url: string): string => new URL(url).pathname.slice(1);

function serverOf(url: string): string {
  const server = new URL(url);
  server.pathname = '/postgres';
  return server.href;
}

function openDatabase(
  adminUrl: string,
  gateway: RunningGateway,
  stopServer: () => Promise<void>,
): TestDatabase {
  const pool = new pg.Pool({ connectionString: adminUrl, max: 4 });
  pool.on('error', (error) => log.debug({ err: error }, 'a connection of the test was lost'));
  const config = {
    SUPABASE_URL: gateway.url,
    SUPABASE_ANON_KEY: gateway.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: gateway.serviceRoleKey,
  };
  return {
    config,
    adminUrl,
    store: createStore(config, log),
    sql: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
    createUser: (name) => createUser(config, name),
    async newUserId() {
      const { rows } = await pool.query<{ id: string }>(
        'insert into auth.users (email) values ($1) returning id',
        [`${randomUUID()}@example.test`],
      );
      return rows[0]?.id ?? '';
    },
    async stop() {
      await pool.end();
      await gateway.stop();
      await stopServer();
    },
  };
}

/** Runs SQL on a connection of its own and answers the rows of the (last) statement. */
export async function runSql<Row extends pg.QueryResultRow = pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
