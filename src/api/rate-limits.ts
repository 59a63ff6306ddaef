import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config.js';
import type { ActivityLog } from '../store/tables/activity-log.js';

/** What a request costs: `ai` has work of a model or an image engine behind it. */
export type RateKind = 'reads' | 'writes' | 'ai';

/**
 * Who is counted: a user as a verified token names him, or the address of somebody who has not
 * signed in.
 */
export type Counted = { readonly userId: string } | { readonly address: string };

export interface RateLimits {
  /** Counts one request. Null = go on; otherwise the seconds until the next one may come. */
  take(kind: RateKind, who: Counted): Promise<number | null>;
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
  const counters: Record<RateKind, RateLimiterMemory> = {
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

function limitHit(kind: RateKind, who: Counted): Parameters<ActivityLog['write']>[0] {
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
