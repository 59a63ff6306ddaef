import type pg from 'pg';
import type { Call, Reply } from '../http.js';
import type { GatewayKeys } from '../keys.js';
import { Catalog } from './catalog.js';
import { badSyntax, databaseError, notOffered, restError } from './errors.js';
import { parseQuery } from './parse-query.js';
import { identify, readPreferences, type Identity } from './request.js';
import { callRoutine, findRoutine } from './rpc.js';
import { deleteRows, findRelation, insertRows, readRows, updateRows } from './tables.js';
import { asCaller } from './transaction.js';

/** SQLSTATEs after which the schema cache is stale. */
const SCHEMA_CHANGED = new Set(['42P01', '42703', '42883']);

/**
 * The part of PostgREST that supabase-js needs. Requests run over `pool` (role `authenticator`);
 * the schema is read over `adminPool`, so that a transaction that reads it never waits for a
 * connection of its own pool.
 */
export function createRest(
  pool: pg.Pool,
  adminPool: pg.Pool,
  keys: GatewayKeys,
): (call: Call) => Promise<Reply> {
  const catalog = new Catalog(adminPool);
  return async (call) => {
    const identity = await identify(call, keys);
    try {
      return await route(pool, catalog, identity, call);
    } catch (error) {
      if (SCHEMA_CHANGED.has((error as { code?: string }).code ?? '')) catalog.invalidate();
      throw databaseError(error, identity.role);
    }
  };
}

async function route(
  pool: pg.Pool,
  catalog: Catalog,
  identity: Identity,
  call: Call,
): Promise<Reply> {
  const [first, second, ...others] = call.path.split('/').slice(1).map(decodeSegment);
  const isRoutine = first === 'rpc' && second !== undefined;
  if (!first || others.length > 0 || (second !== undefined && !isRoutine))
    throw notOffered(`the address ${call.path}`);
  if (isRoutine && call.method !== 'POST') throw notOffered(`${call.method} on functions`);
  const query = parseQuery(call.query);
  const preferences = readPreferences(call);
  if (isRoutine) {
    const routine = await findRoutine(catalog, second, call);
    return asCaller(pool, identity, false, (client) =>
      callRoutine(client, { call, routine, query, preferences }),
    );
  }
  const request = { call, relation: await findRelation(catalog, first), query, preferences };
  switch (call.method) {
    case 'GET':
    case 'HEAD':
      return asCaller(pool, identity, true, (client) => readRows(client, catalog, request));
    case 'POST':
      return asCaller(pool, identity, false, (client) => insertRows(client, catalog, request));
    case 'PATCH':
      return asCaller(pool, identity, false, (client) => updateRows(client, catalog, request));
    case 'DELETE':
      return asCaller(pool, identity, false, (client) => deleteRows(client, catalog, request));
    case 'PUT':
      throw notOffered('PUT');
    default:
      throw restError(405, 'PGRST117', `Unsupported HTTP method: ${call.method}`);
  }
}

function decodeSegment(segment: string): string {
  try {
    const name = decodeURIComponent(segment);
    if (name.includes('\0')) throw badSyntax('a NUL character');
    return name;
  } catch (error) {
    if (error instanceof URIError) throw badSyntax(`the address cannot be decoded: ${segment}`);
    throw error;
  }
}
