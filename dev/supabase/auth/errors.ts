import { HttpError, json, type Reply } from '../http.js';

/** The version of the error format that supabase-js requests. */
const API_VERSION = { 'x-supabase-api-version': '2024-01-01' };

/** A refusal in GoTrue's shape; `msg` and `error_code` serve clients of the older format. */
export function authError(
  status: number,
  code: string,
  message: string,
  extra: Record<string, unknown> = {},
): HttpError {
  return new HttpError(
    status,
    { code, error_code: code, message, msg: message, ...extra },
    API_VERSION,
  );
}

/** What was sent is not what this endpoint takes. */
export const invalid = (message: string): HttpError => authError(400, 'validation_failed', message);

/** Understood, but no suite and no page asks for it: refused, never guessed. */
export const notOffered = (what: string): HttpError =>
  authError(501, 'not_offered', `The local Supabase gateway does not offer ${what}`);

/** No token came with the request. */
export const unauthorized = (): HttpError =>
  authError(401, 'no_authorization', 'This endpoint requires a valid Bearer token');

export const badJwt = (message: string): HttpError => authError(403, 'bad_jwt', message);

export const authJson = (
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): Reply => json(status, value, { ...API_VERSION, ...headers });
