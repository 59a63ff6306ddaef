import type { Request, RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../../config.js';
import { errorText } from '../../contracts/messages/message.js';
import type { RateClass } from '../../contracts/http-routes/route.js';
import { LIMITS, supabaseLimitOf, type LimitClass } from '../../contracts/base/limits.js';
import type { Store } from '../../store/index.js';
import type { Auth, Identity } from './auth.js';
import { callerOf, type Caller } from './caller.js';

/**
 * What is counted: the user of a verified token and the address, which others may share; or the
 * address of an anonymous client.
 */
export type Counted =
  { readonly userId: string; readonly address?: string } | { readonly address: string };

/** A guest counts as the anonymous clients of his address: a new one costs nothing. */
export const countedAs = (
  { id, isGuest }: Pick<Identity, 'id' | 'isGuest'>,
  address: string,
): Counted => (isGuest ? { address } : { userId: id, address });

export interface RateLimits {
  /**
   * Counts one request, or as many as `cost`. Null = go on, otherwise the seconds until the next
   * one may come.
   */
  take(kind: LimitClass, who: Counted, cost?: number): Promise<number | null>;
}

export type LimitConfig = Pick<Config, (typeof LIMITS)[LimitClass] | 'RATE_LIMIT_ADDRESS_FACTOR'>;

const WINDOW_S = 60;
/** What one request for rows pays for, and the most that one request costs. */
const ROWS_BYTES = 4 * 1024;
const MAX_ROWS_COST = 64;
/** Also while tokens cannot be verified: guards then answer with that error. */
const NOBODY: Caller = { kind: 'nobody' };

/**
 * Requests per minute of each user and address, kept in the memory of this process: with several
 * APIs behind a balancer everybody has the limit once at each of them. The first refusal of a
 * minute is written to the activity log.
 */
export function createRateLimits(
  config: LimitConfig,
  activityLog: Pick<Store['activityLog'], 'write'>,
): RateLimits {
  const counters = countersOf(config, 1);
  const shared = countersOf(config, config.RATE_LIMIT_ADDRESS_FACTOR);

  async function consume(
    counter: RateLimiterMemory,
    key: string,
    cost: number,
    refused: () => Parameters<Store['activityLog']['write']>[0],
  ): Promise<number | null> {
    try {
      await counter.consume(key, cost);
      return null;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      if (refusal.consumedPoints - cost <= counter.points) activityLog.write(refused());
      return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    }
  }

  return {
    async take(kind, who, cost = 1) {
      const own = 'userId' in who ? `user ${who.userId}` : `address ${networkOf(who.address)}`;
      const retryAfterS = await consume(counters[kind], own, cost, () => limitHit(kind, who));
      if (retryAfterS !== null || !('userId' in who) || who.address === undefined)
        return retryAfterS;
      const { address } = who;
      return consume(shared[kind], networkOf(address), cost, () => limitHit(kind, { address }));
    },
  };
}

function countersOf(config: LimitConfig, factor: number): Record<LimitClass, RateLimiterMemory> {
  return Object.fromEntries(
    Object.entries(LIMITS).map(([kind, variable]) => [
      kind,
      new RateLimiterMemory({ points: config[variable] * factor, duration: WINDOW_S }),
    ]),
  ) as Record<LimitClass, RateLimiterMemory>;
}

/**
 * What a request to an address without a route counts as. Below `/api` it counts by its method, so
 * that guessing addresses is limited, too; any other one as a file. Null = it is not counted.
 */
export function unroutedClassOf(method: string, path: string): LimitClass | null {
  if (method === 'OPTIONS') return null;
  if (!/^\/api\//i.test(path)) return 'files';
  return method === 'GET' || method === 'HEAD' ? 'reads' : 'writes';
}

/** As {@link unroutedClassOf}, of a request that goes to Supabase. */
export const supabaseClassOf = ({ method, path, query }: Request): LimitClass | null =>
  method === 'OPTIONS' ? null : supabaseLimitOf(method, path, query['grant_type']);

/**
 * A body of rows costs by its size, also when PostgreSQL refuses it: what a transaction has written
 * until then stays on the disk until a vacuum. One of unknown length costs the most.
 */
function costOf(kind: LimitClass, { headers }: Request): number {
  if (kind !== 'rows') return 1;
  const isUnknown = headers['transfer-encoding'] !== undefined;
  const sizeBytes = isUnknown ? Infinity : Number(headers['content-length'] ?? 0);
  return Math.max(1, Math.min(MAX_ROWS_COST, Math.ceil(sizeBytes / ROWS_BYTES)));
}

/** Counts a request by the class of its row, or by a function of the request. */
export type Limiter = (rate: RateClass | ((req: Request) => LimitClass | null)) => RequestHandler;

/**
 * Refuses with 429 when a limit is reached: `RateLimit-Policy` names the limit, `Retry-After` the
 * seconds to wait. The token is verified once: guards see the same result.
 */
export function createLimiter(
  auth: Auth,
  limits: RateLimits,
  config: LimitConfig & Pick<Config, 'SUPABASE_ANON_KEY' | 'SUPABASE_SERVICE_ROLE_KEY'>,
): Limiter {
  // Clients of Supabase send the key of the project in place of a token: it names no user.
  const keys = [config.SUPABASE_ANON_KEY, config.SUPABASE_SERVICE_ROLE_KEY];
  const isKey = (req: Request): boolean =>
    keys.includes((req.headers.authorization ?? '').replace(/^Bearer /, ''));
  return (rate) => async (req, res, next) => {
    const kind = typeof rate === 'function' ? rate(req) : rate;
    // A signature is checked before anything else; a wrong one counts as a bad token.
    if (kind === null || kind === 'signed') return next();
    const address = req.ip ?? '';
    const caller = isKey(req) ? NOBODY : await callerOf(auth, req).catch(() => NOBODY);
    if (caller.kind === 'limited') return refuseForNow(res, config, 'tokens', caller.retryAfterS);
    const isKnown = caller.kind === 'user' && kind !== 'attempts';
    const who = isKnown ? countedAs(caller.user, address) : { address };
    const retryAfterS = await limits.take(kind, who, costOf(kind, req));
    if (retryAfterS === null) next();
    else refuseForNow(res, config, kind, retryAfterS);
  };
}

/** Answers 429. */
function refuseForNow(
  res: Response,
  config: LimitConfig,
  kind: LimitClass,
  retryAfterS: number,
): void {
  res
    .status(429)
    .set({
      'Retry-After': String(retryAfterS),
      'RateLimit-Policy': `"${kind}";q=${config[LIMITS[kind]]};w=${WINDOW_S}`,
      RateLimit: `"${kind}";r=0;t=${retryAfterS}`,
    })
    .json(refusalOf(kind));
}

/** Our own error; with what Supabase's clients look for, where they ask. */
function refusalOf(kind: LimitClass): Record<string, string> {
  const error = errorText('RATE_LIMIT_EXCEEDED');
  const isSupabase = kind === 'rows' || kind === 'auth' || kind === 'attempts';
  return isSupabase
    ? { error, code: 'over_request_rate_limit', message: error, msg: error }
    : { error };
}

function limitHit(kind: LimitClass, who: Counted): Parameters<Store['activityLog']['write']>[0] {
  const [targetType, targetId, userId] =
    'userId' in who
      ? (['user', who.userId, who.userId] as const)
      : (['address', networkOf(who.address), null] as const);
  return { action: 'limit', targetType, targetId, userId, details: kind };
}

/** Clients have a whole /64 of IPv6 addresses: it counts as one, as an IPv4 address does. */
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
