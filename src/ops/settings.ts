import path from 'node:path';
import { config as loadEnvFile } from 'dotenv';
import { parseConfig, PROJECT_ROOT, type Config } from '../config.js';

/** What the whole stack is configured with, before any part is up. */
export interface Settings {
  readonly env: NodeJS.ProcessEnv;
  readonly config: Readonly<Config>;
}

/**
 * Stands in for what an embedded part will provide, so that all other mistakes are told before
 * anything is started.
 */
const PROVIDED_LATER = {
  SUPABASE_URL: 'http://127.0.0.1:1',
  SUPABASE_ANON_KEY: 'provided-later',
  SUPABASE_SERVICE_ROLE_KEY: 'provided-later',
  CALLBACK_SECRET: 'provided-later-provided-later-provided-later',
};

/**
 * Reads `.env` (a variable of the real environment wins, an empty one means unset) and checks the
 * configuration as a whole. Throws {@link ConfigError} naming every mistake.
 */
export function readSettings(envFile: string | undefined): Settings {
  loadEnvFile({ path: envFile ?? path.join(PROJECT_ROOT, '.env'), quiet: true });
  const { env } = process;
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const isOurSupabase = given.SUPABASE_URL === undefined;
  const config = parseConfig({
    ...(isOurSupabase
      ? { ...PROVIDED_LATER, EMBEDDED_SUPABASE_URL: PROVIDED_LATER.SUPABASE_URL }
      : { CALLBACK_SECRET: PROVIDED_LATER.CALLBACK_SECRET }),
    ...given,
  });
  return { env: given, config };
}
