import { createClient } from '@supabase/supabase-js';
import { z } from 'zod';
import { AppError, unavailable } from '../../contracts/errors.js';

export type Client = ReturnType<typeof connect>;

/** A database that hangs must not hang whoever asks. */
const REQUEST_TIMEOUT_MS = 8_000;

function fetchWithin(timeoutMs: number): typeof fetch {
  return (input, init) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    return fetch(input, {
      ...init,
      signal: init?.signal ? AbortSignal.any([init.signal, deadline]) : deadline,
    });
  };
}

/**
 * The one place where clients are made. With `jwt` the caller's rights apply (row-level security),
 * else those of `key`.
 */
export function connect(
  url: string,
  key: string,
  { jwt, timeoutMs = REQUEST_TIMEOUT_MS }: { jwt?: string; timeoutMs?: number | undefined } = {},
) {
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: {
      fetch: fetchWithin(timeoutMs),
      ...(jwt === undefined ? {} : { headers: { Authorization: `Bearer ${jwt}` } }),
    },
  });
}

interface Answer {
  data: unknown;
  error: { message: string; code?: string } | null;
  status?: number;
}

/** SQLSTATE classes of a server that cannot work, and PostgREST's codes for having none. */
const AWAY_CODES = /^(08|53|57P|58|PGRST00[0-3])/;

/**
 * PostgREST's codes and SQLSTATEs for a function, table or column that is not there, or a function
 * that is there twice: no repeat of the request can succeed (O5).
 */
const MISMATCH_CODES = /^(PGRST20[0-5]|PGRST106|42883|42725|42P01|42703|3F000)$/;

/** A statement that was not sent yet. */
export type Query = PromiseLike<Answer> & { retry(isEnabled: boolean): unknown };

/**
 * The answer of a query in the form of `schema`. Throws `SchemaMismatch` when the database lacks
 * what the query names, else `OPERATION_FAILED` whatever went wrong: refused, unreachable, slow,
 * or an answer of another form. `details.code` is the SQLSTATE or PGRST code.
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

/** The database refused a value of the request (SQLSTATE classes 22 and 23). */
export function isRefusedValue(error: unknown): boolean {
  return error instanceof AppError && /^2[23]/.test(String(error.details['code']));
}

/** As {@link ask}, for a query of rows: the first one, null when there is none. */
export async function askFirst<T>(
  what: string,
  query: Query,
  row: z.ZodType<T>,
): Promise<T | null> {
  return (await ask(what, query, z.array(row)))[0] ?? null;
}

/** As {@link ask}, for a query of rows: true when there is at least one. */
export async function askAny(what: string, query: Query): Promise<boolean> {
  return (await ask(what, query, z.array(z.unknown()))).length > 0;
}

/** Ids travel in the address of a request, whose length is limited. */
const IDS_AT_ONCE = 100;

/** Which of these ids a table has, however many. */
export async function existingIds(
  what: string,
  ids: readonly string[],
  query: (some: readonly string[]) => Query,
): Promise<Set<string>> {
  const found = new Set<string>();
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE)
    for (const { id } of await ask(
      what,
      query(ids.slice(at, at + IDS_AT_ONCE)),
      z.array(z.object({ id: z.string() })),
    ))
      found.add(id);
  return found;
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
  // Without a status nobody answered; a gateway in front says 502, 503 or 504.
  if (status === 0 || (status >= 502 && status <= 504) || AWAY_CODES.test(code))
    throw unavailable(text, { code, reason: error.message });
  const kind = MISMATCH_CODES.test(code) ? 'SchemaMismatch' : 'OPERATION_FAILED';
  throw new AppError(kind, text, { code, reason: error.message });
}
