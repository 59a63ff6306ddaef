import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../dev/postgres/postgres.js';
import { startGateway, type RunningGateway } from '../../dev/supabase/gateway.js';
import { applyPlatform } from '../../dev/supabase/platform.js';
import { createLog } from '../../src/log.js';
import { createStore, type Store, type StoreConfig } from '../../src/store/index.js';
import { migrate } from '../../src/store/migrate.js';
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
      const url = new URL(postgres.url);
      url.pathname = `/test_${randomUUID().replaceAll('-', '')}`;
      await runSql(
        postgres.url,
        `create database ${url.pathname.slice(1)}${copyOf === undefined ? '' : ` template ${new URL(copyOf).pathname.slice(1)}`}`,
      );
      if (copyOf === undefined) await applyPlatform(url.href);
      return url.href;
    },
    async stop() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * PostgreSQL, platform, migrations, gateway and store; stop it in `afterAll`. What was started is
 * stopped when the rest fails.
 */
export async function startDatabase(): Promise<TestDatabase> {
  const server = await startServer();
  const keyDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-keys-'));
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(keyDir, { recursive: true, force: true });
  };
  try {
    const adminUrl = await server.createDatabase();
    await migrate(adminUrl, log);
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
