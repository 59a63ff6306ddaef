import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { AUTH_AWAY } from '../../contracts/base/errors.js';
import { isOperator, type AuthConfig, type Verification } from './auth.js';

const CACHE_MS = 45_000;
const CACHE_SIZE = 10_000;
const TIMEOUT_MS = 2_500;
const AWAY: Verification = { ok: false, reason: AUTH_AWAY };

const AuthUser = z.object({
  id: z.string().min(1),
  email: z
    .string()
    .nullish()
    .transform((email) => email ?? ''),
  user_metadata: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((metadata) => metadata ?? {}),
  app_metadata: z.unknown(),
  is_anonymous: z.boolean().nullish(),
});

/**
 * Asks Supabase Auth whose token this is. Answers are kept for 45 s under the token's hash (never
 * the token), and questions about one token at a time are asked once. An outage is not remembered.
 */
export function createUserLookup(config: Pick<AuthConfig, 'SUPABASE_URL' | 'SUPABASE_ANON_KEY'>) {
  const answers = new LRUCache<string, Promise<Verification>>({ max: CACHE_SIZE, ttl: CACHE_MS });
  const keyOf = (token: string): string => createHash('sha256').update(token).digest('base64');
  return {
    /** A recent answer; undefined = none. */
    known: (token: string) => answers.get(keyOf(token)),
    async ask(token: string): Promise<Verification> {
      const key = keyOf(token);
      const asked = answers.get(key);
      if (asked) return asked;
      const answer = askForUser(config, token);
      answers.set(key, answer);
      const verification = await answer;
      if (!verification.ok && verification.reason === AUTH_AWAY) answers.delete(key);
      return verification;
    },
  };
}

async function askForUser(
  config: Pick<AuthConfig, 'SUPABASE_URL' | 'SUPABASE_ANON_KEY'>,
  token: string,
): Promise<Verification> {
  try {
    const response = await fetch(`${config.SUPABASE_URL}/auth/v1/user`, {
      headers: { apikey: config.SUPABASE_ANON_KEY, authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if ([400, 401, 403, 404].includes(response.status))
      return { ok: false, reason: 'User not found' };
    if (!response.ok) return AWAY;
    const user = AuthUser.parse(await response.json());
    return {
      ok: true,
      identity: {
        id: user.id,
        email: user.email,
        metadata: user.user_metadata,
        isOperator: isOperator(user.app_metadata),
        isGuest: user.is_anonymous === true,
        sessionId: sessionOf(token),
        token,
      },
    };
  } catch {
    return AWAY;
  }
}

/** Supabase Auth has verified the token; what is no JWT names no session. */
function sessionOf(token: string): string | undefined {
  try {
    const { session_id: id } = decodeJwt(token);
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}
