import type { Request, RequestHandler } from 'express';
import { ERROR_POLICY } from '../contracts/errors.js';
import type { Auth } from './auth.js';
import { callerOf } from './caller.js';
import type { Counted, RateKind, RateLimits } from './rate-limits.js';

/** What makes a model or an image engine work. */
const AI =
  /^\/api\/(generate-image|assets\/remove-background|projects\/[^/]+\/generate-(publish-info|thumbnail|movie))\/?$/i;
/** Images that pages and games show by the dozen: files like those under /game. */
const FILE = /^\/api\/(assets\/[0-9a-f-]{36}|projects\/[^/]+\/thumbnail)\/?$/i;

/**
 * What a request counts as; null = not counted: pages, files of games, health, callbacks and what
 * is passed on to Supabase.
 */
export function rateKindOf(method: string, path: string): RateKind | null {
  if (!/^\/api\//i.test(path) || /^\/api\/health\/?$/i.test(path) || method === 'OPTIONS')
    return null;
  const isRead = method === 'GET' || method === 'HEAD';
  if (isRead) return FILE.test(path) ? null : 'reads';
  return method === 'POST' && AI.test(path) ? 'ai' : 'writes';
}

/**
 * Refuses with 429 and `Retry-After` who asks too often. The token is verified once: guards see the
 * same result.
 */
export function rateLimits(auth: Auth, limits: RateLimits): RequestHandler {
  return async (req, res, next) => {
    const kind = rateKindOf(req.method, req.path);
    const retryAfterS = kind === null ? null : await limits.take(kind, await countedOf(auth, req));
    if (retryAfterS === null) next();
    else
      res
        .status(429)
        .set('Retry-After', String(retryAfterS))
        .json({ error: ERROR_POLICY.RATE_LIMIT_EXCEEDED.sentence });
  };
}

async function countedOf(auth: Auth, req: Request): Promise<Counted> {
  const caller = await callerOf(auth, req);
  return caller.kind === 'user' ? { userId: caller.user.id } : { address: req.ip ?? '' };
}
