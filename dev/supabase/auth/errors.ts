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

export const authJson = (
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): Reply => json(status, value, { ...API_VERSION, ...headers });
