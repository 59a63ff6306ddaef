import type pg from 'pg';
import type { Identity } from './request.js';

/**
 * Runs `work` in one transaction as the caller's role with the caller's claims; row-level security
 * is PostgreSQL's own. Everything that was set ends with the transaction. Any error rolls back; a
 * broken connection is not used again.
 */
export async function asCaller<T>(
  pool: pg.Pool,
  identity: Identity,
  isReadOnly: boolean,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let isBroken = false;
  try {
    await client.query(isReadOnly ? 'begin read only' : 'begin');
    // The claims first: afterwards the role may no longer be allowed anything.
    await client.query(
      `select set_config('request.jwt.claims', $1, true), ` +
        `set_config('request.jwt.claim.sub', $2, true), set_config('role', $3, true)`,
      [JSON.stringify(identity.claims), identity.claims.sub ?? '', identity.role],
    );
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      isBroken = true;
    });
    throw error;
  } finally {
    client.release(isBroken);
  }
}
