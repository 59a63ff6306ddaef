import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { createAuth } from './create-auth.js';
import type { RateLimits } from './rate-limits.js';

type Limits = Pick<RateLimits, 'take'>;

const USER = '6b1f0c7e-0000-4000-8000-000000000001';
const SECRET = 'a-shared-secret-of-a-project-that-still-uses-hs256';
const LOOKED_UP = {
  id: USER,
  email: 'looked@up.test',
  user_metadata: { name: 'Looked Up' },
  app_metadata: { role: 'operator' },
};

interface AuthServer {
  url: string;
  lookups: string[];
  isDown: boolean;
  server: Server;
}
let key: CryptoKey;
let otherKey: CryptoKey;
let supabase: AuthServer;

async function startAuthServer(jwks: unknown): Promise<AuthServer> {
  const state = { url: '', lookups: [] as string[], isDown: false } as AuthServer;
  state.server = createServer((req, res) => {
    const isKnown =
      req.headers.authorization === 'Bearer opaque-but-known' ||
      (req.headers.authorization ?? '').includes('eyJ');
    if (req.url === '/auth/v1/user') state.lookups.push(String(req.headers.apikey));
    res.statusCode = state.isDown ? 500 : req.url === '/auth/v1/user' && !isKnown ? 403 : 200;
    res.end(JSON.stringify(req.url === '/auth/v1/user' ? LOOKED_UP : jwks));
  }).listen(0, '127.0.0.1');
  await once(state.server, 'listening');
  state.url = `http://127.0.0.1:${(state.server.address() as AddressInfo).port}`;
  return state;
}

/** Without an address nothing is counted. */
const uncounted: Limits = { take: () => Promise.reject(new Error('counted')) };

function auth(server: AuthServer, secret?: string, limits = uncounted) {
  const url = server.url;
  return createAuth(
    {
      SUPABASE_URL: url,
      SUPABASE_ANON_KEY: 'anon',
      SUPABASE_JWT_ISSUER: `${url}/auth/v1`,
      ...(secret ? { SUPABASE_JWT_SECRET: secret } : {}),
    },
    limits,
    { has: (sessionId) => sessionId === 'signed out' },
  );
}

interface TokenOptions {
  claims?: object;
  kid?: string;
  alg?: string;
  issuer?: string;
  audience?: string;
  expires?: string;
  subject?: string | null;
  with?: CryptoKey | Uint8Array;
}
async function token(options: TokenOptions = {}): Promise<string> {
  const alg = options.alg ?? 'ES256';
  const given = { email: 'me@example.test', user_metadata: { full_name: 'Me' } };
  const jwt = new SignJWT({ ...given, ...options.claims })
    .setProtectedHeader({ alg, ...(alg === 'ES256' ? { kid: options.kid ?? 'k1' } : {}) })
    .setIssuer(options.issuer ?? `${supabase.url}/auth/v1`)
    .setAudience(options.audience ?? 'authenticated');
  if (options.expires !== 'never') jwt.setExpirationTime(options.expires ?? '1h');
  if (options.subject !== null) jwt.setSubject(options.subject ?? USER);
  return jwt.sign(options.with ?? key);
}

beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  key = pair.privateKey;
  otherKey = (await generateKeyPair('ES256')).privateKey;
  supabase = await startAuthServer({
    keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }],
  });
});
afterAll(() => {
  supabase.server.close();
});

describe('verifyToken', () => {
  it('answers who the token belongs to, without asking Supabase', async () => {
    const jwt = await token();
    supabase.lookups.length = 0;
    expect(await auth(supabase).verifyToken(jwt)).toEqual({
      ok: true,
      identity: {
        id: USER,
        email: 'me@example.test',
        metadata: { full_name: 'Me' },
        isOperator: false,
        isGuest: false,
        token: jwt,
      },
    });
    expect(supabase.lookups).toEqual([]);
  });

  it.each([
    ['what only the service role writes', { app_metadata: { role: 'operator' } }, true],
    ['another role', { app_metadata: { role: 'admin', roles: ['operator'] } }, false],
    ['what users write of themselves', { user_metadata: { role: 'operator' } }, false],
    ['the role of PostgREST', { role: 'operator', app_metadata: 'operator' }, false],
  ])('knows an operator by %s', async (_what, claims, isOperator) => {
    const verified = await auth(supabase).verifyToken(await token({ claims }));
    expect(verified.ok && verified.identity.isOperator).toBe(isOperator);
  });

  it.each([true, false])('knows a guest by the claim that the service signed: %s', async (is) => {
    const ofUser = { user_metadata: { is_anonymous: !is }, app_metadata: { is_anonymous: !is } };
    const jwt = await token({ claims: { is_anonymous: is, ...ofUser } });
    const verified = await auth(supabase).verifyToken(jwt);
    expect(verified.ok && verified.identity.isGuest).toBe(is);
  });

  it('D7: refuses the token of an ended session, however it was verified', async () => {
    const claims = { session_id: 'signed out' };
    const reason = 'Token expired';
    const subject = auth(supabase);
    expect(await subject.verifyToken(await token({ claims }))).toEqual({ ok: false, reason });
    const unknownKey = await token({ claims, kid: 'k2', with: otherKey });
    expect(await subject.verifyToken(unknownKey)).toEqual({ ok: false, reason });
    expect(await subject.verifyToken(unknownKey), 'remembered').toEqual({ ok: false, reason });
    const other = await token({ claims: { session_id: 'another' } });
    expect(await subject.verifyToken(other)).toMatchObject({
      identity: { sessionId: 'another' },
    });
  });

  it.each<[string, () => unknown, string]>([
    ['a value that is not a string', () => 42, 'Invalid access token'],
    ['a text that is not a token', () => 'garbage', 'Invalid Compact JWS'],
    ['an expired token', () => token({ expires: '-1s' }), 'Token expired'],
    ['another key under a known name', () => token({ with: otherKey }), 'Invalid token signature'],
    [
      'another issuer',
      () => token({ issuer: 'http://elsewhere.test/auth/v1' }),
      'Token validation failed',
    ],
    ['another audience', () => token({ audience: 'anon' }), 'Token validation failed'],
    ['a token without a subject', () => token({ subject: null }), 'Token validation failed'],
    ['a token without an end', () => token({ expires: 'never' }), 'Token validation failed'],
    [
      'an unsigned token',
      () =>
        ['{"alg":"none"}', '{}', '']
          .map((part) => Buffer.from(part).toString('base64url'))
          .join('.'),
      '"alg" (Algorithm) Header Parameter value not allowed',
    ],
  ])('refuses %s', async (_, make, reason) => {
    expect(await auth(supabase).verifyToken(await make())).toEqual({ ok: false, reason });
  });

  it('accepts HS256 by the shared secret and refuses another secret', async () => {
    const secret = new TextEncoder().encode(SECRET);
    const good = await token({ alg: 'HS256', with: secret });
    expect(await auth(supabase, SECRET).verifyToken(good)).toMatchObject({
      ok: true,
      identity: { id: USER },
    });
    expect(await auth(supabase, 'another-secret-another-secret-another').verifyToken(good)).toEqual(
      { ok: false, reason: 'Invalid token signature' },
    );
  });

  it('does not take the published key as a shared secret', async () => {
    const forged = await token({ alg: 'HS256', with: new TextEncoder().encode('k1'.repeat(20)) });
    expect(await auth(supabase, SECRET).verifyToken(forged)).toEqual({
      ok: false,
      reason: 'Invalid token signature',
    });
  });

  it('asks Supabase once about a token with an unknown key, and keeps the answer', async () => {
    const jwt = await token({ kid: 'k2', with: otherKey });
    const subject = auth(supabase);
    supabase.lookups.length = 0;
    const answers = await Promise.all([subject.verifyToken(jwt), subject.verifyToken(jwt)]);
    expect(answers[0]).toEqual({
      ok: true,
      identity: {
        id: USER,
        email: 'looked@up.test',
        metadata: { name: 'Looked Up' },
        isOperator: true,
        isGuest: false,
        token: jwt,
      },
    });
    expect(answers[1]).toEqual(answers[0]);
    expect(await subject.verifyToken(jwt)).toEqual(answers[0]);
    expect(supabase.lookups).toEqual(['anon']);
  });

  it('asks nobody about an expired token, whatever signed it', async () => {
    supabase.lookups.length = 0;
    expect(
      await auth(supabase).verifyToken(
        await token({ alg: 'HS256', expires: '-1s', with: new TextEncoder().encode(SECRET) }),
      ),
    ).toEqual({ ok: false, reason: 'Token expired' });
    expect(supabase.lookups).toEqual([]);
  });

  it('says that the server is at fault while Supabase is away, then forgets it', async () => {
    const subject = auth(supabase);
    const jwt = await token();
    supabase.isDown = true;
    expect(await subject.verifyToken(jwt)).toEqual({
      ok: false,
      reason: 'Server configuration error',
    });
    supabase.isDown = false;
    expect(await subject.verifyToken(jwt)).toMatchObject({ ok: true });
  });

  it('tokens that nobody knows are counted before Supabase is asked', async () => {
    const counted: unknown[] = [];
    const limits: Limits = {
      take: async (...taken) => (counted.push(taken) > 2 ? 9 : null),
    };
    const subject = auth(supabase, undefined, limits);
    supabase.lookups.length = 0;
    const secret = new TextEncoder().encode(SECRET);
    const forged = (subject: string) => token({ alg: 'HS256', with: secret, subject });
    const known = await forged('a');
    expect(await subject.verifyToken(known, '203.0.113.1')).toMatchObject({ ok: true });
    expect(await subject.verifyToken(known, '203.0.113.1'), 'known by now').toMatchObject({
      ok: true,
    });
    expect(await subject.verifyToken(await token(), '203.0.113.1'), 'good').toMatchObject({
      ok: true,
    });
    expect(await subject.verifyToken(await token({ with: otherKey }), '203.0.113.1')).toEqual({
      ok: false,
      reason: 'Invalid token signature',
    });
    expect(await subject.verifyToken(await forged('b'), '203.0.113.1')).toEqual({
      ok: false,
      reason: 'Too many attempts',
      retryAfterS: 9,
    });
    expect(counted).toEqual(Array(3).fill(['tokens', { address: '203.0.113.1' }]));
    expect(supabase.lookups).toEqual(['anon']);
  });
});
