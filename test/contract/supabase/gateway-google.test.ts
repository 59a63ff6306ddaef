import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { OAuth2Server } from 'oauth2-mock-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { service, startOwnProject, type OwnProject } from './stack.js';

/**
 * `signInWithOAuth({ provider: 'google' })` with credentials, against an OpenID provider of this
 * machine.
 */
const google = new OAuth2Server();
let project: OwnProject;
beforeAll(async () => {
  await google.issuer.keys.generate('RS256');
  await google.start(0, '127.0.0.1');
  google.service.on('beforeTokenSigning', ({ payload }) => {
    Object.assign(payload, claims);
  });
  project = await startOwnProject({
    issuer: google.issuer.url ?? '',
    clientId: 'dreamcore',
    clientSecret: 'secret of the client',
  });
});
afterAll(async () => {
  await project.stop();
  await google.stop();
});

/** What the provider says of whoever signs in. */
let claims: Record<string, unknown>;
beforeEach(() => {
  claims = {
    sub: randomUUID(),
    aud: 'dreamcore',
    email: `google-${randomUUID()}@example.com`,
    email_verified: true,
    name: '山田 花子',
    picture: 'https://images.example/1.png',
  };
});

/** A client that keeps its verifier like a browser does. */
function browser(flowType: 'pkce' | 'implicit' = 'pkce') {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  return createClient(project.url, project.anonKey, {
    auth: { flowType, storage, autoRefreshToken: false, detectSessionInUrl: false },
  });
}

/** Where this address leads, without going there. */
async function leadsTo(url: string | URL): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? `none:${response.status}`);
}

/**
 * The provider's answer to a sign-in that this client begins: the address that it sends the browser
 * to.
 */
async function providersAnswer(client: ReturnType<typeof browser>): Promise<URL> {
  const { data, error } = await client.auth.signInWithOAuth({
    provider: 'google',
    options: { skipBrowserRedirect: true, redirectTo: 'http://localhost:3000/list?tab=1' },
  });
  if (error) throw error;
  return leadsTo(await leadsTo(data.url));
}

describe('sign-in with Google', () => {
  it('leads to the provider with what identifies client, answer and our request', async () => {
    const { data } = await browser().auth.signInWithOAuth({
      provider: 'google',
      options: { skipBrowserRedirect: true },
    });
    const target = await leadsTo(data.url ?? '');
    expect(target.origin).toBe(google.issuer.url);
    expect(Object.fromEntries(target.searchParams)).toMatchObject({
      client_id: 'dreamcore',
      response_type: 'code',
      scope: 'openid email profile',
      redirect_uri: `${project.url}/auth/v1/callback`,
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(target.searchParams.get(name)?.length).toBeGreaterThan(30);
  });

  it('PKCE: comes back with a code for a session, its user with the provider’s name', async () => {
    const client = browser();
    const back = await leadsTo(await providersAnswer(client));
    expect(`${back.origin}${back.pathname}${back.hash}`).toBe('http://localhost:3000/list');
    expect(back.searchParams.get('tab')).toBe('1');
    const { data, error } = await client.auth.exchangeCodeForSession(
      back.searchParams.get('code') ?? '',
    );
    expect(error).toBeNull();
    expect(data.user).toMatchObject({
      email: claims['email'],
      app_metadata: { provider: 'google' },
      user_metadata: { full_name: '山田 花子', avatar_url: 'https://images.example/1.png' },
    });
    expect((await client.from('users').select('display_name,avatar_url')).data).toEqual([
      { display_name: '山田 花子', avatar_url: 'https://images.example/1.png' },
    ]);
  });

  it('implicit: comes back with the session', async () => {
    const back = await leadsTo(await providersAnswer(browser('implicit')));
    const tokens = new URLSearchParams(back.hash.slice(1));
    const { data } = await browser().auth.setSession({
      access_token: tokens.get('access_token') ?? '',
      refresh_token: tokens.get('refresh_token') ?? '',
    });
    expect(data.user?.email).toBe(claims['email']);
  });

  it('the same address is the same user, also when it came by password first', async () => {
    const {
      data: { user },
    } = await service(project).auth.admin.createUser({
      email: String(claims['email']),
      password: randomUUID(),
    });
    const client = browser();
    const back = await leadsTo(await providersAnswer(client));
    expect(
      (await client.auth.exchangeCodeForSession(back.searchParams.get('code') ?? '')).data.user?.id,
    ).toBe(user?.id);
  });
});

describe('a guest who links his Google account', () => {
  const linked = async (client: ReturnType<typeof browser>): Promise<URL> => {
    const { data, error } = await client.auth.linkIdentity({
      provider: 'google',
      options: { skipBrowserRedirect: true, redirectTo: 'http://localhost:3000/project/1' },
    });
    if (error) throw error;
    return leadsTo(await leadsTo(data.url ?? ''));
  };

  it('keeps his id, with the address and name of the account', async () => {
    const client = browser();
    const guest = await client.auth.signInAnonymously();
    const back = await linked(client);
    const { data } = await client.auth.exchangeCodeForSession(back.searchParams.get('code') ?? '');
    expect(data.user).toMatchObject({
      id: guest.data.user?.id,
      is_anonymous: false,
      email: claims['email'],
      user_metadata: { full_name: '山田 花子' },
    });
    const other = browser();
    await other.auth.signInAnonymously();
    const refused = await linked(other);
    expect(refused.pathname).toBe('/project/1');
    expect(refused.searchParams.get('error_code')).toBe('identity_already_exists');
  });
});

describe('sign-in with Google that must not succeed', () => {
  const whyNot = (back: URL) => [
    back.searchParams.get('code'),
    back.searchParams.get('error'),
    new URLSearchParams(back.hash.slice(1)).get('error_code'),
  ];

  it('an address that the provider has not verified', async () => {
    claims['email_verified'] = false;
    expect(whyNot(await leadsTo(await providersAnswer(browser())))).toEqual([
      null,
      'access_denied',
      'provider_email_needs_verification',
    ]);
    expect(
      (await service(project).auth.admin.listUsers({ perPage: 1000 })).data.users.map(
        ({ email }) => email,
      ),
    ).not.toContain(claims['email']);
  });

  it.each([
    ['made for another client', { aud: 'somebody-else' }],
    ['of another issuer', { iss: 'http://evil.example' }],
    ['without our nonce', { nonce: 'of another sign-in' }],
    ['that has expired', { exp: 1 }],
  ])('an identity token %s', async (_, wrong) => {
    Object.assign(claims, wrong);
    expect(whyNot(await leadsTo(await providersAnswer(browser())))).toEqual([
      null,
      'server_error',
      'unexpected_failure',
    ]);
  });

  it('an identity token that the provider did not sign', async () => {
    google.service.once('beforeResponse', ({ body }) => {
      const tokens = body as { id_token: string };
      const [head, payload = '', signature] = tokens.id_token.split('.');
      const forged = {
        ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object),
        email: `forged-${randomUUID()}@example.com`,
      };
      tokens.id_token = [
        head,
        Buffer.from(JSON.stringify(forged)).toString('base64url'),
        signature,
      ].join('.');
    });
    expect(whyNot(await leadsTo(await providersAnswer(browser())))).toEqual([
      null,
      'server_error',
      'unexpected_failure',
    ]);
  });

  it('one that the user refused at the provider', async () => {
    const answer = await providersAnswer(browser());
    answer.searchParams.delete('code');
    answer.searchParams.set('error', 'access_denied');
    const back = await leadsTo(answer);
    expect([back.origin, ...whyNot(back)]).toEqual([
      'http://localhost:3000',
      null,
      'access_denied',
      'provider_refused',
    ]);
  });

  it('an answer that comes twice, to nobody, or with another’s code: no session', async () => {
    const answer = await providersAnswer(browser());
    await leadsTo(answer);
    const unknown = new URL(answer);
    unknown.searchParams.set('state', randomUUID());
    for (const again of [answer, unknown, new URL(answer.pathname, answer)]) {
      const back = await leadsTo(again);
      expect([back.origin, ...whyNot(back)]).toEqual([
        'http://localhost:3000',
        null,
        'invalid_request',
        'bad_oauth_state',
      ]);
    }
    const foreign = await providersAnswer(browser());
    foreign.searchParams.set('code', 'invented');
    expect(whyNot(await leadsTo(foreign))).toEqual([null, 'server_error', 'unexpected_failure']);
  });

  it('the developer form takes nobody in beside it', async () => {
    const answer = await providersAnswer(browser());
    const form = {
      flow: answer.searchParams.get('state') ?? '',
      name: 'x',
      email: 'x@example.com',
    };
    expect(
      (
        await fetch(`${project.url}/auth/v1/authorize`, {
          method: 'POST',
          redirect: 'manual',
          body: new URLSearchParams(form),
        })
      ).status,
    ).toBe(501);
  });
});
