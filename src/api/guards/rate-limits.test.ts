import type { Request } from 'express';
import { describe, expect, it } from 'vitest';
import type { ActivityEntry } from '../../store/tables/activity-log.js';
import { LIMITS, type LimitClass } from '../../contracts/base/limits.js';
import {
  createRateLimits,
  networkOf,
  supabaseClassOf,
  unroutedClassOf,
  type Counted,
  type LimitConfig,
} from './rate-limits.js';

describe('what a request counts as', () => {
  it.each([
    ['GET', '/api/nonsense', 'reads'],
    ['HEAD', '/API/nonsense', 'reads'],
    ['POST', '/api/nonsense', 'writes'],
    ['PUT', '/api/health', 'writes'],
    ['GET', '/js/app.js', 'files'],
    ['GET', '/', 'files'],
    ['POST', '/callback/x/y', 'files'],
    ['OPTIONS', '/api/projects', null],
  ] as const)('without a route, %s %s: %s', (method, path, kind) => {
    expect(unroutedClassOf(method, path)).toBe(kind);
  });

  const toSupabase = (method: string, path: string, type?: unknown) =>
    supabaseClassOf({ method, path, query: { grant_type: type } } as unknown as Request);
  it.each([
    ['POST', '/rest/v1/projects', 'rows'],
    ['GET', '/auth/v1/user', 'auth'],
    ['GET', '/auth/v1/health', 'auth'],
    ['POST', '/auth/v1/token', 'attempts'],
    ['POST', '/Auth/v1/token/', 'attempts'],
    ['POST', '/auth/v1/signup', 'attempts'],
    ['GET', '/auth/v1/verify', 'attempts'],
    ['OPTIONS', '/auth/v1/token', null],
  ] as const)('at Supabase, %s %s: %s', (method, path, kind) => {
    expect(toSupabase(method, path)).toBe(kind);
  });

  it('a session that goes on tries no password', () => {
    const kinds = ['refresh_token', 'password', 'pkce', ['refresh_token'], undefined].map((type) =>
      toSupabase('POST', '/auth/v1/token', type),
    );
    expect(kinds).toEqual(['auth', 'attempts', 'attempts', 'attempts', 'attempts']);
  });
});

describe('who is counted as one', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:0:1:aaaa::1', '2001:db8:0:1::/64'],
    ['2001:DB8:0000:0001:ffff:1:2:3', '2001:db8:0:1::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is counted as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('a limit', () => {
  const limits = () => {
    const written: ActivityEntry[] = [];
    const config = {
      ...Object.fromEntries(Object.values(LIMITS).map((variable) => [variable, 1])),
      RATE_LIMIT_READS_PER_MIN: 3,
      RATE_LIMIT_WRITES_PER_MIN: 2,
      RATE_LIMIT_ADDRESS_FACTOR: 4,
    } as LimitConfig;
    const made = createRateLimits(config, {
      write: (entry) => {
        written.push(entry);
      },
    });
    const take = (kind: LimitClass, who: Counted, cost?: number) => made.take(kind, who, cost);
    return { written, take };
  };

  it('lets as many through as it says, then tells how many seconds to wait', async () => {
    const { take } = limits();
    expect(await Promise.all([1, 2, 3].map(() => take('reads', { userId: 'a' })))).toEqual([
      null,
      null,
      null,
    ]);
    const waitS = await take('reads', { userId: 'a' });
    expect(waitS).toBeGreaterThan(0);
    expect(waitS).toBeLessThanOrEqual(60);
  });

  it('is one of each kind, user and address', async () => {
    const { take } = limits();
    expect(await take('ai', { userId: 'a' })).toBeNull();
    expect(await take('ai', { userId: 'a' })).not.toBeNull();
    for (const who of [{ userId: 'b' }, { address: 'a' }, { address: '2001:db8::1' }])
      expect(await take('ai', who)).toBeNull();
    expect(await take('ai', { address: '2001:db8::2' })).not.toBeNull();
    expect(await take('writes', { userId: 'a' })).toBeNull();
  });

  it('of an address holds for all of its users together, and is many times as high', async () => {
    const { take, written } = limits();
    const users = ['a', 'b', 'c', 'd', 'e'].map((userId) => ({ userId, address: '203.0.113.7' }));
    for (const who of users.slice(0, 4)) expect(await take('ai', who)).toBeNull();
    expect(await take('ai', users[4]!)).toBeGreaterThan(0);
    expect(written.map(({ targetType, targetId }) => [targetType, targetId])).toEqual([
      ['address', '203.0.113.7'],
    ]);
    expect(await take('ai', { address: '203.0.113.7' })).toBeNull();
    expect(await take('ai', { userId: 'f', address: '203.0.113.8' })).toBeNull();
  });

  it('counts a request that costs more as that many, and writes one line', async () => {
    const { take, written } = limits();
    expect(await take('reads', { userId: 'a' }, 3)).toBeNull();
    expect(await take('reads', { userId: 'a' }, 2)).not.toBeNull();
    expect(await take('reads', { userId: 'a' })).not.toBeNull();
    expect(written).toHaveLength(1);
  });

  it('writes one line a minute about who hit it', async () => {
    const { take, written } = limits();
    await Promise.all([1, 2, 3, 4].map(() => take('ai', { userId: 'a' })));
    await Promise.all([1, 2, 3].map(() => take('ai', { address: '203.0.113.7' })));
    expect(written).toEqual([
      { action: 'limit', targetType: 'user', targetId: 'a', userId: 'a', details: 'ai' },
      {
        action: 'limit',
        targetType: 'address',
        targetId: '203.0.113.7',
        userId: null,
        details: 'ai',
      },
    ]);
  });
});
