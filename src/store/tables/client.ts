import { createClient } from '@supabase/supabase-js';
import { z } from 'zod';
import { toCamelCase, toSnakeCase } from '../../contracts/base/case.js';
import { AppError, unavailable, type ErrorKind } from '../../contracts/base/errors.js';
import { storableJson } from '../../contracts/base/ids.js';

export type Client = ReturnType<typeof connect>;

/** Upper bound for one request. */
const REQUEST_TIMEOUT_MS = 8_000;
/** Most rows of one answer of a hosted PostgREST. */
const PAGE_ROWS = 1_000;

/** Rows and parameters are sent as the database can keep them: no text of theirs is refused. */
function fetchWithin(timeoutMs: number): typeof fetch {
  return (input, init) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const { body } = init ?? {};
    return fetch(input, {
      ...init,
      ...(typeof body === 'string' && { body: storableJson(body) }),
      signal: init?.signal ? AbortSignal.any([init.signal, deadline]) : deadline,
    });
  };
}

/** A client with the rights of `jwt` (row-level security) if it is given, else those of `key`. */
export function connect(
  url: string,
  key: string,
  { jwt, timeoutMs = REQUEST_TIMEOUT_MS }: { jwt?: string; timeoutMs?: number | undefined } = {},
) {
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: {
      fetch: fetchWithin(timeoutMs),
      headers: jwt === undefined ? {} : { Authorization: `Bearer ${jwt}` },
    },
  });
}

interface Answer {
  data: unknown;
  error: { message: string; code?: string } | null;
  status?: number;
}

/** SQLSTATE classes and PostgREST's codes of a server that is down. */
const AWAY_CODES = /^(08|53|57P|58|PGRST00[0-3])/;

/**
 * PostgREST's codes and SQLSTATEs for a function, table or column that is not there, or a function
 * that is there twice: no repeat of the request can succeed (O5).
 */
const MISMATCH_CODES = /^(PGRST20[0-5]|PGRST106|42883|42725|42P01|42703|3F000)$/;

/**
 * SQLSTATE classes 22 and 23: a value of the request, which no repeat makes another. A name that is
 * taken (23505) is not among them: who was first at the same time is met by the repeat.
 */
const REFUSED_VALUE = /^2(2|3(?!505))/;

/** A statement, before it is sent. */
export type Query = PromiseLike<Answer> & { retry(isEnabled: boolean): unknown };

/**
 * The answer of a query in the form of `schema`. Throws `SchemaMismatch` when the database lacks
 * what the query names, `ValueRefused` when it can keep no such value, else `OPERATION_FAILED`
 * whatever went wrong: refused, unreachable, slow, or an answer of another form. `details.code` is
 * the SQLSTATE or PGRST code.
 */
export async function ask<T>(what: string, query: Query, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await send(what, query));
  if (!parsed.success)
    throw new AppError(
      'OPERATION_FAILED',
      `${what}: unexpected answer at ${parsed.error.issues[0]?.path.join('.') ?? ''}`,
    );
  return parsed.data;
}

/** As {@link ask}, for a query of rows: the first one, null when there is none. */
export async function askFirst<T>(
  what: string,
  query: Query,
  row: z.ZodType<T>,
): Promise<T | null> {
  return (await askAll(what, query, row))[0] ?? null;
}

/** As {@link ask}, for a query of rows: true when there is at least one. */
export async function askAny(what: string, query: Query): Promise<boolean> {
  return (await askAll(what, query, z.unknown())).length > 0;
}

/** Ids in one request: they are part of its address, whose length is limited. */
const IDS_AT_ONCE = 100;

/** Which of these ids, any number of them, a table has. */
export async function existing(
  what: string,
  client: Client,
  table: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>();
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    const query = client
      .from(table)
      .select('id')
      .in('id', ids.slice(at, at + IDS_AT_ONCE));
    for (const id of await askColumn(what, query, 'id')) found.add(id);
  }
  return found;
}

/** As {@link ask}, for a query of rows: the texts of one column. */
export async function askColumn(what: string, query: Query, column: string): Promise<string[]> {
  const rows = await askAll(what, query, z.looseObject({ [column]: z.string() }));
  return rows.map((row) => String(row[column]));
}

/** The result of statements that answer nothing. */
export const Nothing: z.ZodType<void> = z.unknown().transform(() => undefined);

/** Parses a row whose columns `schema` names in camel case; nested values keep their names. */
export function camel<T extends z.ZodType>(schema: T) {
  return z.preprocess(
    (row) => (typeof row === 'object' && row !== null ? toCamelCase({ ...row }) : row),
    schema,
  );
}

/**
 * Calls a database function, with errors as {@link ask}. `params` are its parameters in camel case
 * and without the prefix `p_`; `undefined` is sent as null.
 */
export function call<T>(
  client: Client,
  name: string,
  params: object,
  schema: z.ZodType<T>,
): Promise<T> {
  // supabase-js leaves `undefined` out, and PostgREST then looks for a function without it.
  const given = Object.entries(params).map(
    ([key, value]: [string, unknown]) => [key, value ?? null] as const,
  );
  return ask(name, client.rpc(name, toSnakeCase(Object.fromEntries<unknown>(given), 'p_')), schema);
}

/** As {@link ask}, for a query of rows: all of them. */
export function askAll<T>(what: string, query: Query, row: z.ZodType<T>): Promise<T[]> {
  return ask(what, query, z.array(row));
}

/** As {@link ask}, for statements that answer nothing. */
export async function run(what: string, query: Query): Promise<void> {
  await send(what, query);
}

async function send(what: string, query: Query): Promise<unknown> {
  // The library's own retries would multiply the deadline, and retries have one owner: Temporal.
  query.retry(false);
  const { data, error, status = 0 } = await query;
  if (!error) return data;
  const code = error.code ?? '';
  const text = `${what}: ${error.message}`;
  // No status: no connection. 502, 503, 504: a gateway without a server behind it.
  if (status === 0 || (status >= 502 && status <= 504) || AWAY_CODES.test(code))
    throw unavailable(text, { code, reason: error.message });
  throw new AppError(kindOf(code), text, { code, reason: error.message });
}

function kindOf(code: string): ErrorKind {
  if (REFUSED_VALUE.test(code)) return 'ValueRefused';
  return MISMATCH_CODES.test(code) ? 'SchemaMismatch' : 'OPERATION_FAILED';
}

/** All rows of a query that answers a page of them at a time. */
export async function allPages<Row>(
  read: (first: number, last: number) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let first = 0; ; first += PAGE_ROWS) {
    const page = await read(first, first + PAGE_ROWS - 1);
    rows.push(...page);
    if (page.length < PAGE_ROWS) return rows;
  }
}
