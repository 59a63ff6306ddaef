import type { Config } from '../config.js';
import { absent, ok, type Finding } from './finding.js';
import { z } from 'zod';

const TIMEOUT_MS = 3_000;
const Settings = z.object({ external: z.object({ anonymous_users: z.boolean().default(false) }) });

/** True = Supabase Auth allows anonymous sign-ins; null = it does not answer. */
export async function areGuestsAllowed({
  SUPABASE_URL,
  SUPABASE_ANON_KEY,
}: Pick<Config, 'SUPABASE_URL' | 'SUPABASE_ANON_KEY'>): Promise<boolean | null> {
  try {
    const response = await fetch(`${SUPABASE_URL}/auth/v1/settings`, {
      headers: { apikey: SUPABASE_ANON_KEY },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return Settings.parse(await response.json()).external.anonymous_users;
  } catch {
    return null;
  }
}

/** As a finding: without guests the start page leads to the sign-in. */
export async function checkGuests(
  config: Pick<Config, 'SUPABASE_URL' | 'SUPABASE_ANON_KEY'>,
): Promise<Finding> {
  const isAllowed = await areGuestsAllowed(config);
  if (isAllowed) return ok('guests', 'may make a game before they sign in');
  const remedy = 'allow anonymous sign-ins and manual linking in its settings of Authentication';
  return isAllowed === null
    ? absent('guests', 'Supabase Auth does not say whether it lets them in', remedy)
    : absent('guests', 'have to sign in first: Supabase Auth lets none in', remedy);
}
