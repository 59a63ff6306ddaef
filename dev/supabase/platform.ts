import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { PROJECT_ROOT } from '../../src/config.js';

const PLATFORM_FILE = path.join(PROJECT_ROOT, 'dev/supabase/platform.sql');
/** One number for "the platform is being applied here": two gateways of one database take turns. */
const PLATFORM_LOCK = 4_711_001;

/**
 * Gives a database what hosted Supabase gives (roles, schema auth, grants) and the login role its
 * password. Safe to repeat; needs a superuser's address with a password in it. The product's
 * migrations come afterwards.
 */
export async function applyPlatform(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [PLATFORM_LOCK]);
    await client.query(await readFile(PLATFORM_FILE, 'utf8'));
    await setLoginPassword(client, loginPassword(databaseUrl));
  } finally {
    await client.end();
  }
}

/**
 * The address of role `authenticator`, which may become anon, authenticated or service_role and
 * nothing else.
 */
export function loginUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.password = loginPassword(databaseUrl);
  url.username = 'authenticator';
  return url.href;
}

/**
 * Follows from the superuser's password, so that every gateway of one server agrees without storing
 * anything.
 */
function loginPassword(databaseUrl: string): string {
  const { password } = new URL(databaseUrl);
  if (!password) throw new Error('DATABASE_URL needs a password in it');
  return createHmac('sha256', decodeURIComponent(password)).update('authenticator').digest('hex');
}

async function setLoginPassword(client: pg.Client, password: string): Promise<void> {
  // Hexadecimal, so it may stand in the statement, which takes no parameters.
  const statement = `alter role authenticator login password '${password}'`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(statement);
      return;
    } catch (error) {
      // XX000 "tuple concurrently updated": another database's gateway sets the same password at
      // this moment.
      if ((error as { code?: string }).code !== 'XX000' || attempt === 5) throw error;
    }
  }
}
