import type { z } from 'zod';
import type { Call } from '../http.js';
import { authError, invalid } from './errors.js';

/** A request's body as JSON; refuses anything else with 400. */
export function jsonOf(call: Call): unknown {
  try {
    return JSON.parse(call.body);
  } catch {
    throw authError(400, 'bad_json', 'Could not parse request body as JSON');
  }
}

/** Checks a value against a schema; refuses with 400 and what is wrong. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const problem = found.error.issues
    .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    .join('; ');
  throw invalid(problem);
}
