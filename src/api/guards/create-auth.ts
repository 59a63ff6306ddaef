import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose';
import { createUserLookup } from './auth-lookup.js';
import type { EndedSessions } from './ended-sessions.js';
import { isOperator, type Auth, type AuthConfig, type Verification } from './auth.js';
import type { RateLimits } from './rate-limits.js';

const AUDIENCE = 'authenticated';
/** Together with a request to Supabase Auth below the 5 s in which clients get an answer. */
const JWKS_TIMEOUT_MS = 2_000;

/**
 * Local verification by the project's published keys (ES256, RS256) or, for projects that sign with
 * a shared secret (HS256), by SUPABASE_JWT_SECRET. Without a usable key Supabase Auth itself is
 * asked. A token whose session has ended is refused as an expired one.
 */
export function createAuth(
  config: AuthConfig,
  limits: Pick<RateLimits, 'take'>,
  ended: Pick<EndedSessions, 'has'>,
): Auth {
  const keys = createRemoteJWKSet(new URL(`${config.SUPABASE_URL}/auth/v1/.well-known/jwks.json`), {
    timeoutDuration: JWKS_TIMEOUT_MS,
  });
  const secret =
    config.SUPABASE_JWT_SECRET === undefined
      ? null
      : new TextEncoder().encode(config.SUPABASE_JWT_SECRET);
  const users = createUserLookup(config);
  const claims: JWTVerifyOptions = {
    issuer: config.SUPABASE_JWT_ISSUER,
    audience: AUDIENCE,
    requiredClaims: ['sub', 'exp'],
  };

  /** Null: no key to judge the token is known here. */
  async function verifyHere(token: string): Promise<Verification | null> {
    const isShared = algorithmOf(token) === 'HS256';
    if (isShared && secret === null) return unlessExpired(token);
    try {
      const { payload } =
        isShared && secret !== null
          ? await jwtVerify(token, secret, { ...claims, algorithms: ['HS256'] })
          : await jwtVerify(token, keys, { ...claims, algorithms: ['ES256', 'RS256'] });
      return accepted(payload, token);
    } catch (error) {
      return isKeyMissing(error) ? unlessExpired(token) : refused(reasonOf(error));
    }
  }

  return {
    async verifyToken(token, address) {
      if (typeof token !== 'string') return refused('Invalid access token');
      const found = unlessEnded((await verifyHere(token)) ?? (await users.known(token)));
      if (found?.ok) return found;
      const retryAfterS = address === undefined ? null : await limits.take('tokens', { address });
      if (retryAfterS !== null) return { ok: false, reason: 'Too many attempts', retryAfterS };
      return found ?? unlessEnded(await users.ask(token));
    },
  };

  function unlessEnded<V extends Verification | null | undefined>(found: V): V | Verification {
    return found?.ok && ended.has(found.identity.sessionId) ? refused('Token expired') : found;
  }
}

/** An expired token needs no question over the network; null = this one may be good. */
function unlessExpired(token: string): Verification | null {
  try {
    return (decodeJwt(token).exp ?? 0) * 1000 <= Date.now() ? refused('Token expired') : null;
  } catch (error) {
    return refused(reasonOf(error));
  }
}

function algorithmOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg;
  } catch {
    return undefined;
  }
}

/** True when the token may be good, but no key to judge it was found or could be fetched. */
function isKeyMissing(error: unknown): boolean {
  if (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid
  )
    return true;
  // The key set could not be fetched: fetch throws its own error, an unexpected answer is jose's
  // generic one.
  return !(error instanceof errors.JOSEError) || error.code === 'ERR_JOSE_GENERIC';
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'Token expired';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'Invalid token signature';
  if (error instanceof errors.JWTClaimValidationFailed) return 'Token validation failed';
  return error instanceof Error && error.message !== '' ? error.message : 'Invalid token';
}

function accepted(payload: JWTPayload, token: string): Verification {
  const { sub, email, user_metadata: metadata, app_metadata: given } = payload;
  const { session_id: sessionId } = payload;
  if (!sub) return refused('Token validation failed');
  return {
    ok: true,
    identity: {
      id: sub,
      email: typeof email === 'string' ? email : '',
      metadata: typeof metadata === 'object' && metadata !== null ? { ...metadata } : {},
      isOperator: isOperator(given),
      isGuest: payload['is_anonymous'] === true,
      sessionId: typeof sessionId === 'string' ? sessionId : undefined,
      token,
    },
  };
}

const refused = (reason: string): Verification => ({ ok: false, reason });
