import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../config.js';
import { isUnavailable } from '../contracts/base/errors.js';
import {
  schemaRefusal,
  type SchemaState,
  type VersionRange,
} from '../contracts/base/schema-range.js';

/** Between two looks at a database that may be replaced or migrated while a process runs. */
const LOOK_MS = 15_000;

/** A database, and what this build works with. */
export interface DatabaseSchema {
  readonly range: VersionRange;
  readonly read: () => Promise<SchemaState>;
}

/**
 * At the start of a process (O2). Throws the one sentence when the database is not this build's;
 * one that cannot be asked yet is looked at by {@link watchSchema}.
 */
export async function checkSchema({ range, read }: DatabaseSchema): Promise<void> {
  const state = await read().catch((error: unknown) => {
    if (isUnavailable(error)) return null;
    throw error;
  });
  const refusal = state && schemaRefusal(range, state.version);
  if (refusal) throw new ConfigError(refusal);
}

/**
 * Looks while a process runs, so also after the database was away. Resolves with the one sentence
 * once it is not this build's, with null when `signal` aborts. Never rejects.
 */
export async function watchSchema(
  { range, read }: DatabaseSchema,
  signal: AbortSignal,
  lookMs = LOOK_MS,
): Promise<string | null> {
  while (!signal.aborted) {
    await sleep(lookMs, undefined, { signal, ref: false }).catch(() => undefined);
    const state = await read().catch(() => null);
    const refusal = state && schemaRefusal(range, state.version);
    if (refusal && !signal.aborted) return refusal;
  }
  return null;
}
