import type { Request } from 'express';
import { AUTH_AWAY, unavailable } from '../../contracts/base/errors.js';
import type { Auth, Identity } from './auth.js';

/**
 * Where a request carries its token; the query is for `<iframe>` and `<img>` addresses (rest.md
 * §1.5).
 */
export type TokenSource = 'header' | 'query';

/**
 * The sender of a request: a user, a client with an invalid token, one from an address with too
 * many of those, or an anonymous client.
 */
export type Caller =
  | { readonly kind: 'user'; readonly user: Identity; readonly source: TokenSource }
  | { readonly kind: 'limited'; readonly retryAfterS: number }
  | { readonly kind: 'refused' | 'nobody' };

const known = new WeakMap<Request, Promise<Caller>>();

/**
 * Verifies the token of a request once: limits and guards see the same result. Throws when the
 * sign-in service is unavailable.
 */
export function callerOf(auth: Auth, req: Request): Promise<Caller> {
  const asked = known.get(req) ?? findCaller(auth, req);
  known.set(req, asked);
  return asked;
}

async function findCaller(auth: Auth, req: Request): Promise<Caller> {
  const sent = sentToken(req);
  if (sent === null) return { kind: 'nobody' };
  const verification = await auth.verifyToken(sent.token, req.ip);
  if (verification.ok) return { kind: 'user', user: verification.identity, source: sent.source };
  const { reason, retryAfterS } = verification;
  if (reason === AUTH_AWAY) throw unavailable('no token can be verified now');
  return retryAfterS === undefined ? { kind: 'refused' } : { kind: 'limited', retryAfterS };
}

/**
 * A `Bearer` header wins, even when it is worth nothing; a repeated query parameter is passed on
 * and fails as a token.
 */
function sentToken(req: Request): { token: unknown; source: TokenSource } | null {
  const header = req.headers.authorization ?? '';
  if (header.startsWith('Bearer '))
    return { token: header.slice('Bearer '.length), source: 'header' };
  const token = req.query['access_token'];
  return token === undefined || token === '' ? null : { token, source: 'query' };
}
