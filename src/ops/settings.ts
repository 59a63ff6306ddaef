import path from 'node:path';
import { config as loadEnvFile } from 'dotenv';
import { ConfigError, parseConfig, PROJECT_ROOT, type Config } from '../config.js';
import { temporalPlace } from '../temporal/connection.js';

/** What the whole stack is configured with, before any part is up. */
export interface Settings {
  readonly env: NodeJS.ProcessEnv;
  readonly config: Readonly<Config>;
}

/**
 * Stands in for what an embedded part will provide, so that all other mistakes are reported before
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
  return { env: withTemporalOfProfile(given, config), config };
}

/** A server that a profile names is as real as one that a variable names. */
function withTemporalOfProfile(
  env: NodeJS.ProcessEnv,
  config: Readonly<Config>,
): NodeJS.ProcessEnv {
  const { TEMPORAL_PROFILE: profile, TEMPORAL_CONFIG_FILE: file } = config;
  if (env.TEMPORAL_ADDRESS !== undefined || (profile ?? file) === undefined) return env;
  try {
    return { ...env, TEMPORAL_ADDRESS: temporalPlace(config).connection.address };
  } catch (error) {
    throw new ConfigError(
      `TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE: ${error instanceof Error ? error.message : ''}`,
    );
  }
}
