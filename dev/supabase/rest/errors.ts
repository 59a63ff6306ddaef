import { HttpError } from '../http.js';

/** A refusal in PostgREST's shape. */
export function restError(
  status: number,
  code: string,
  message: string,
  details: string | null = null,
  hint: string | null = null,
): HttpError {
  return new HttpError(status, { code, details, hint, message });
}

/** The request cannot be read. */
export const badSyntax = (details: string): HttpError =>
  restError(400, 'PGRST100', 'The query string could not be parsed', details);

/**
 * The request can be read, but this gateway does not offer what it asks: refused, never guessed.
 */
export const notOffered = (what: string): HttpError =>
  restError(
    501,
    'PGRST501',
    `The local Supabase gateway does not offer ${what}`,
    null,
    'Use another form, or a real Supabase project.',
  );

/** What PostgreSQL reports about a failed statement. */
interface DatabaseFailure {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

const isDatabaseFailure = (error: unknown): error is DatabaseFailure =>
  error instanceof Error &&
  /^[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? '') &&
  'severity' in error;

/** HTTP status of a SQLSTATE, the first match; everything else is the client's mistake. */
const STATUS_BY_SQLSTATE: readonly (readonly [RegExp, number])[] = [
  [/^(23503|23505)/, 409],
  [/^25006/, 405],
  [/^(42883|42P01)/, 404],
  [/^(57P01|57P02|57P03|08|53)/, 503],
  [/^P0001/, 400],
  [/^(0L|0P|28)/, 403],
  [/^(42P17|09|25|2D|38|39|3B|40|54|55|57|58|F0|HV|P0|XX)/, 500],
];

/**
 * The status of a SQLSTATE for a role; a function may choose its own by raising `PT` and three
 * digits.
 */
export function statusOf(sqlstate: string, role: string): number {
  if (sqlstate === '42501') return role === 'anon' ? 401 : 403;
  const chosen = /^PT([2-5]\d\d)$/.exec(sqlstate)?.[1];
  if (chosen) return Number(chosen);
  return STATUS_BY_SQLSTATE.find(([pattern]) => pattern.test(sqlstate))?.[1] ?? 400;
}

/**
 * Turns whatever a query threw into an answer: PostgreSQL's own words, or 503 when there is no
 * database.
 */
export function databaseError(error: unknown, role: string): unknown {
  if (isDatabaseFailure(error)) {
    const status = statusOf(error.code, role);
    return new HttpError(
      status,
      {
        code: error.code,
        details: error.detail ?? null,
        hint: error.hint ?? null,
        message: error.message,
      },
      status === 503 ? { 'retry-after': '1' } : {},
    );
  }
  return isConnectionLost(error) ? unavailable() : error;
}

/**
 * The driver reports a lost or refused connection by system code or, without any code, in words.
 */
const isConnectionLost = (error: unknown): boolean =>
  error instanceof Error &&
  (/^E[A-Z]+$/.test((error as { code?: string }).code ?? '') || /connect/i.test(error.message));

const unavailable = (): HttpError =>
  new HttpError(
    503,
    {
      code: 'PGRST001',
      details: null,
      hint: null,
      message: 'Database client error. Retrying the connection.',
    },
    { 'retry-after': '1' },
  );
