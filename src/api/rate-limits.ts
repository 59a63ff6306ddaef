import type { Request, RequestHandler } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config.js';
import { ERROR_POLICY } from '../contracts/errors.js';
import { findRoute } from '../contracts/http-routes/match.js';
import type { RateClass } from '../contracts/http-routes/route.js';
import type { ActivityLog } from '../store/tables/activity-log.js';
import type { Auth } from './auth.js';
import { callerOf } from './caller.js';

/**
 * Who is counted: a user as a verified token names him, or the address of somebody who has not
 * signed in.
 */
export type Counted = { readonly userId: string } | { readonly address: string };

export interface RateLimits {
  /** Counts one request. Null = go on, otherwise the seconds until the next one may come. */
  take(kind: RateClass, who: Counted): Promise<number | null>;
}

const WINDOW_S = 60;

/**
 * Requests per minute of each user, kept in the memory of this process: with several APIs behind a
 * balancer everybody has the limit once at each of them. The first refusal of a minute is written
 * to the activity log.
 */
export function createRateLimits(
  config: Pick<
    Config,
    'RATE_LIMIT_READS_PER_MIN' | 'RATE_LIMIT_WRITES_PER_MIN' | 'RATE_LIMIT_AI_PER_MIN'
  >,
  activityLog: Pick<ActivityLog, 'write'>,
): RateLimits {
  const perMinute = (points: number) => new RateLimiterMemory({ points, duration: WINDOW_S });
  const counters: Record<RateClass, RateLimiterMemory> = {
    reads: perMinute(config.RATE_LIMIT_READS_PER_MIN),
    writes: perMinute(config.RATE_LIMIT_WRITES_PER_MIN),
    ai: perMinute(config.RATE_LIMIT_AI_PER_MIN),
  };
  return {
    async take(kind, who) {
      const counter = counters[kind];
      try {
        await counter.consume(
          'userId' in who ? `user ${who.userId}` : `address ${networkOf(who.address)}`,
        );
        return null;
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        if (refusal.consumedPoints === counter.points + 1) activityLog.write(limitHit(kind, who));
        return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      }
    },
  };
}

/**
 * What a request counts as, by the row of its route; null = it is not counted. An address below
 * `/api` that no route has counts by its method, so that guessing addresses is limited, too.
 */
export function rateClassOf(method: string, path: string): RateClass | null {
  if (method === 'OPTIONS') return null;
  const route = findRoute(method, path);
  if (route !== null) return route.rate;
  if (!/^\/api\//i.test(path)) return null;
  return method === 'GET' || method === 'HEAD' ? 'reads' : 'writes';
}

/**
 * Refuses with 429 and `Retry-After` who asks too often. The token is verified once: guards see the
 * same result.
 */
export function rateLimits(auth: Auth, limits: RateLimits): RequestHandler {
  return async (req, res, next) => {
    const kind = rateClassOf(req.method, req.path);
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

function limitHit(kind: RateClass, who: Counted): Parameters<ActivityLog['write']>[0] {
  const [targetType, targetId, userId] =
    'userId' in who
      ? (['user', who.userId, who.userId] as const)
      : (['address', networkOf(who.address), null] as const);
  return { action: 'limit', targetType, targetId, userId, details: kind };
}

/**
 * Whoever has one IPv6 address has a whole /64 of them: that is counted as one, as an IPv4 address
 * is.
 */
export function networkOf(address: string): string {
  const plain = address
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/%.*$/, '')
    .toLowerCase();
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined
      ? []
      : Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return `${[...groups, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
