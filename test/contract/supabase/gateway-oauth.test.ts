import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anonymous, newUser, service, startOwnProject, type OwnProject } from './stack.js';
import { patient } from '../../support/patience.js';

let project: OwnProject;
beforeAll(async () => {
  project = await startOwnProject();
});
afterAll(() => project.stop());

/** A client that keeps its verifier like a browser does. */
function browser(flowType: 'pkce' | 'implicit') {
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

async function authorizeUrl(
  client: ReturnType<typeof browser>,
  redirectTo?: string,
): Promise<string> {
  const { data, error } = await client.auth.signInWithOAuth({
    provider: 'google',
    options: { skipBrowserRedirect: true, ...(redirectTo ? { redirectTo } : {}) },
  });
  if (error) throw error;
  return data.url;
}

const flowOf = (html: string): string => /name="flow" value="([^"]+)"/.exec(html)?.[1] ?? '';

/** Sends the form as the page would; answers where it leads. */
async function submit(
  flow: string,
  fields: { name: string; email: string },
): Promise<{ status: number; location: string; html: string }> {
  const response = await fetch(`${project.url}/auth/v1/authorize`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ flow, ...fields }),
  });
  return {
    status: response.status,
    location: response.headers.get('location') ?? '',
    html: await response.text(),
  };
}

async function signIn(
  client: ReturnType<typeof browser>,
  email: string,
  redirectTo = 'http://localhost:3000/list?tab=1',
): Promise<URL> {
  const page = await fetch(await authorizeUrl(client, redirectTo));
  const { status, location } = await submit(flowOf(await page.text()), {
    name: '開発 太郎',
    email,
  });
  expect(status).toBe(303);
  return new URL(location);
}

describe('developer sign-in in place of Google', () => {
  it('shows a Japanese DEMO form with usable defaults, which no page reads or frames', async () => {
    const page = await fetch(await authorizeUrl(browser('pkce')));
    const html = await page.text();
    expect(html).toContain('開発用サインイン');
    expect(html).toContain('DEMO');
    expect(/name="email"[^>]* value="([^"]+)"/.exec(html)?.[1]).toMatch(/@/);
    expect(page.headers.get('access-control-allow-origin')).toBeNull();
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    // With "no-referrer" browsers send a form's Origin as null.
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
  });

  it('PKCE: the code gives a session to whoever holds the verifier, once', async () => {
    const client = browser('pkce');
    const back = await signIn(client, `pkce-${randomUUID()}@example.com`);
    expect(`${back.origin}${back.pathname}`).toBe('http://localhost:3000/list');
    expect(back.searchParams.get('tab')).toBe('1');
    expect(back.hash).toBe('');
    const code = back.searchParams.get('code') ?? '';
    const { data, error } = await client.auth.exchangeCodeForSession(code);
    expect(error).toBeNull();
    expect(data.user?.user_metadata).toMatchObject({ full_name: '開発 太郎' });
    expect((await client.from('users').select('display_name')).data).toEqual([
      { display_name: '開発 太郎' },
    ]);
    const again = await fetch(`${project.url}/auth/v1/token?grant_type=pkce`, {
      method: 'POST',
      headers: { apikey: project.anonKey },
      body: JSON.stringify({ auth_code: code, code_verifier: 'x' }),
    });
    expect(again.status).toBe(404);
  });

  it('PKCE: a code without the right verifier is worth nothing', async () => {
    const back = await signIn(browser('pkce'), `stolen-${randomUUID()}@example.com`);
    const thief = browser('pkce');
    await authorizeUrl(thief);
    const { data, error } = await thief.auth.exchangeCodeForSession(
      back.searchParams.get('code') ?? '',
    );
    expect(error?.code).toBe('bad_code_verifier');
    expect(data.session).toBeNull();
  });

  it('implicit: the session comes in the fragment', async () => {
    const client = browser('implicit');
    const back = await signIn(client, `implicit-${randomUUID()}@example.com`);
    const tokens = new URLSearchParams(back.hash.slice(1));
    expect(tokens.get('token_type')).toBe('bearer');
    expect(tokens.get('expires_in')).toBe('3600');
    const { data, error } = await client.auth.setSession({
      access_token: tokens.get('access_token') ?? '',
      refresh_token: tokens.get('refresh_token') ?? '',
    });
    expect(error).toBeNull();
    expect((await client.from('users').select('id')).data).toEqual([{ id: data.user?.id }]);
    expect((await client.auth.refreshSession()).error).toBeNull();
  });

  it('the same address is the same user, also when it came by password first', async () => {
    const email = `same-${randomUUID()}@example.com`;
    const created = await service(project).auth.admin.createUser({ email, password: randomUUID() });
    const client = browser('pkce');
    const back = await signIn(client, email.toUpperCase());
    const { data } = await client.auth.exchangeCodeForSession(back.searchParams.get('code') ?? '');
    expect(data.user?.id).toBe(created.data.user?.id);
  });

  it.each([
    'https://evil.example/',
    'http://localhost:5555/list',
    'http://localhost@evil.example/',
    'javascript:alert(1)',
    'http://localhost.evil.example',
    '//evil.example',
    'http://127.0.0.1.evil.example/x',
  ])('leads back to the site, never to %s', async (redirectTo) => {
    const back = await signIn(
      browser('implicit'),
      `redirect-${randomUUID()}@example.com`,
      redirectTo,
    );
    expect(`${back.origin}${back.pathname}`).toBe('http://localhost:3000/');
  });

  it('a form that was never shown, or was sent before, is refused', async () => {
    expect((await submit(randomUUID(), { name: 'x', email: 'x@example.com' })).status).toBe(404);
    expect((await submit('nonsense', { name: 'x', email: 'x@example.com' })).status).toBe(404);
    const flow = flowOf(await (await fetch(await authorizeUrl(browser('implicit')))).text());
    const fields = { name: 'x', email: `once-${randomUUID()}@example.com` };
    expect((await submit(flow, fields)).status).toBe(303);
    expect((await submit(flow, fields)).status).toBe(404);
  });

  it('a mistake shows the form again, with what was typed made harmless', async () => {
    const flow = flowOf(await (await fetch(await authorizeUrl(browser('pkce')))).text());
    const { status, html } = await submit(flow, {
      name: '"><script>alert(1)</script>',
      email: 'no address',
    });
    expect(status).toBe(400);
    expect(html).toContain('確認してください');
    expect(html).not.toContain('<script>');
  });

  it('another provider is refused', async () => {
    const { data } = await browser('pkce').auth.signInWithOAuth({
      provider: 'github',
      options: { skipBrowserRedirect: true },
    });
    expect((await fetch(data.url ?? '')).status).toBe(400);
  });
});

describe('D8: a guest who links an identity', () => {
  const linkUrl = async (client: ReturnType<typeof browser>): Promise<string> => {
    const { data, error } = await client.auth.linkIdentity({
      provider: 'google',
      options: { skipBrowserRedirect: true, redirectTo: 'http://localhost:3000/project/1' },
    });
    if (error) throw error;
    return data.url ?? '';
  };
  const link = async (client: ReturnType<typeof browser>, email: string): Promise<URL> => {
    const html = await (await fetch(await linkUrl(client))).text();
    const { location } = await submit(flowOf(html), { name: '客 花子', email });
    return new URL(location);
  };
  const guestIn = async (client: ReturnType<typeof browser>): Promise<string> =>
    (await client.auth.signInAnonymously()).data.user?.id ?? '';

  it('PKCE: keeps his id and what is his, and is no guest any more', async () => {
    const client = browser('pkce');
    const id = await guestIn(client);
    await client.from('projects').insert({ user_id: id, name: '星' });
    const email = `linked-${randomUUID()}@example.com`;
    const back = await link(client, email);
    expect(`${back.origin}${back.pathname}`).toBe('http://localhost:3000/project/1');
    const code = back.searchParams.get('code') ?? '';
    const { data, error } = await client.auth.exchangeCodeForSession(code);
    expect(error).toBeNull();
    expect(data.user).toMatchObject({
      id,
      email,
      is_anonymous: false,
      app_metadata: { provider: 'google', providers: ['google'] },
    });
    expect(decodeJwt(data.session?.access_token ?? '')).toMatchObject({
      sub: id,
      email,
      is_anonymous: false,
    });
    expect((await client.from('projects').select('name')).data).toEqual([{ name: '星' }]);
    expect((await client.from('users').select('email, display_name')).data).toEqual([
      { email, display_name: '客 花子' },
    ]);
    const later = browser('implicit');
    const again = new URLSearchParams((await signIn(later, email)).hash.slice(1));
    expect(decodeJwt(again.get('access_token') ?? '').sub).toBe(id);
  });

  it('implicit: comes back with a session of the same user', async () => {
    const client = browser('implicit');
    const id = await guestIn(client);
    const back = await link(client, `implicit-${randomUUID()}@example.com`);
    const token = new URLSearchParams(back.hash.slice(1)).get('access_token') ?? '';
    expect(decodeJwt(token)).toMatchObject({ sub: id, is_anonymous: false });
  });

  it('stays a guest where another user has the identity, and the address says so', async () => {
    const other = await newUser(project, 'earlier');
    const client = browser('pkce');
    const id = await guestIn(client);
    const back = await link(client, other.email);
    const why = { error: 'server_error', error_code: 'identity_already_exists' };
    expect(Object.fromEntries(back.searchParams)).toMatchObject(why);
    expect(Object.fromEntries(new URLSearchParams(back.hash.slice(1)))).toMatchObject(why);
    expect((await client.auth.getUser()).data.user).toMatchObject({ id, is_anonymous: true });
  });

  it('of two at the same moment one gets it', async () => {
    const email = `race-${randomUUID()}@example.com`;
    const clients = [browser('pkce'), browser('pkce')];
    for (const client of clients) await guestIn(client);
    const backs = await Promise.all(clients.map((client) => link(client, email)));
    expect(backs.filter((back) => back.searchParams.has('code'))).toHaveLength(1);
    expect(backs.filter((back) => back.searchParams.has('error_code'))).toHaveLength(1);
  });

  it('has to be one: without a token, or as a member, nothing is linked', async () => {
    const url = `${project.url}/auth/v1/user/identities/authorize?provider=google`;
    expect((await fetch(url, { headers: { apikey: project.anonKey } })).status).toBe(401);
    const member = await newUser(project);
    const { error } = await member.client.auth.linkIdentity({ provider: 'google' });
    expect(error).toMatchObject({ status: 501, code: 'not_offered' });
  });

  it('may take an address and a password instead; a password alone is refused', async () => {
    const client = browser('pkce');
    const id = await guestIn(client);
    const password = randomUUID();
    expect((await client.auth.updateUser({ password })).error?.code).toBe('validation_failed');
    const email = `address-${randomUUID()}@example.com`;
    const { data } = await client.auth.updateUser({ email, password });
    expect(data.user).toMatchObject({ id, email, is_anonymous: false });
    const again = await anonymous(project).auth.signInWithPassword({ email, password });
    expect(again.data.user?.id).toBe(id);
  });
});

describe('what only an own gateway shows', () => {
  it('signing up opens a session at once; twice is refused', async () => {
    const credentials = { email: `signup-${randomUUID()}@example.com`, password: 'long enough' };
    const { data, error } = await anonymous(project).auth.signUp({
      ...credentials,
      options: { data: { name: '新人' } },
    });
    expect(error).toBeNull();
    expect(data.session?.user.user_metadata).toEqual({ name: '新人' });
    expect((await anonymous(project).auth.signUp(credentials)).error).toMatchObject({
      status: 422,
      code: 'user_already_exists',
    });
  });

  it('a guest signs in without any proof, and is one after a refresh', async () => {
    const client = anonymous(project);
    const { data, error } = await client.auth.signInAnonymously({
      options: { data: { lang: 'ja' } },
    });
    expect(error).toBeNull();
    expect(data.user).toMatchObject({
      email: '',
      phone: '',
      is_anonymous: true,
      role: 'authenticated',
      user_metadata: { lang: 'ja' },
      app_metadata: {},
    });
    expect(decodeJwt(data.session?.access_token ?? '')).toMatchObject({
      sub: data.user?.id,
      email: '',
      role: 'authenticated',
      is_anonymous: true,
      amr: [{ method: 'anonymous' }],
    });
    const refreshed = (await client.auth.refreshSession()).data.session;
    expect(refreshed?.user.id).toBe(data.user?.id);
    expect(decodeJwt(refreshed?.access_token ?? '')).toMatchObject({ is_anonymous: true });
    const settings = await fetch(`${project.url}/auth/v1/settings`);
    expect(await settings.json()).toMatchObject({ external: { anonymous_users: true } });
  });

  it('a refresh token that comes back after the grace time ends the whole session', async () => {
    const { data } = await anonymous(project).auth.signUp({
      email: `reuse-${randomUUID()}@example.com`,
      password: 'long enough',
    });
    const first = data.session?.refresh_token ?? '';
    const second =
      (await anonymous(project).auth.refreshSession({ refresh_token: first })).data.session
        ?.refresh_token ?? '';
    await project.sql(
      `update auth.refresh_tokens set revoked_at = revoked_at - interval '11 seconds' ` +
        'where revoked_at is not null',
    );
    expect(
      (await anonymous(project).auth.refreshSession({ refresh_token: first })).error,
    ).toMatchObject({ status: 400, code: 'refresh_token_already_used' });
    expect(
      (await anonymous(project).auth.refreshSession({ refresh_token: second })).error?.code,
    ).toBe('refresh_token_not_found');
  });

  it('stores nothing that lets somebody in', async () => {
    const { data } = await anonymous(project).auth.signUp({
      email: `stored-${randomUUID()}@example.com`,
      password: 'stored password',
    });
    const rows = await project.sql<{ dump: string }>(`
      select string_agg(t::text, ' ') as dump from (
        select to_json(u)::text from auth.users u
        union all select to_json(s)::text from auth.sessions s
        union all select to_json(r)::text from auth.refresh_tokens r
        union all select to_json(f)::text from auth.flow_state f) t`);
    const dump = rows[0]?.dump ?? '';
    expect(dump).toContain(data.user?.email ?? 'no user');
    expect(dump).not.toContain('stored password');
    expect(dump).not.toContain(data.session?.refresh_token ?? 'no session');
  });

  it('unknown addresses of the auth API are 501, in a shape that the client reads', async () => {
    const { error } = await anonymous(project).auth.signInWithOtp({ email: 'x@example.com' });
    expect(error).toMatchObject({ status: 501, code: 'not_offered' });
  });

  it('any page may call: preflight and answers carry CORS headers', async () => {
    const preflight = await fetch(`${project.url}/rest/v1/projects`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://page.example',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'apikey,authorization,x-client-info,prefer',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-client-info');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    for (const path of ['/rest/v1/projects', '/auth/v1/settings', '/auth/v1/user', '/nowhere']) {
      expect(
        (await fetch(`${project.url}${path}`)).headers.get('access-control-allow-origin'),
      ).toBe('*');
    }
  });
});

describe('whoever guesses passwords', () => {
  const tryOne = async (email: string, password: string, address: string) => {
    const startedMs = performance.now();
    const response = await fetch(`${project.url}/auth/v1/token?grant_type=password`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify({ email, password }),
    });
    const { code } = (await response.json()) as { code?: string };
    const retryAfterS = Number(response.headers.get('retry-after'));
    return { status: response.status, code, retryAfterS, tookMs: performance.now() - startedMs };
  };

  it('200 at a time take no connection from others, and are told when to come back', async () => {
    const [victim, other] = [await newUser(project), await newUser(project)];
    const wrong = Array.from({ length: 200 }, () => tryOne(victim.email, 'wrong', '203.0.113.1'));
    const honest = await tryOne(other.email, other.password, '203.0.113.2');
    const rows = await other.client.from('projects').select('id');
    expect([honest.status, rows.error]).toEqual([200, null]);
    expect(honest.tookMs).toBeLessThan(patient(4_000));
    const heard = await Promise.all(wrong);
    const refused = heard.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(188);
    expect(refused.every(({ retryAfterS }) => retryAfterS >= 1)).toBe(true);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['over_request_rate_limit']));
    expect(new Set(heard.map(({ status }) => status))).toEqual(new Set([400, 429]));
    // The account's owner is somewhere else.
    expect((await tryOne(victim.email, 'wrong', '203.0.113.1')).status).toBe(429);
    expect((await tryOne(victim.email, victim.password, '203.0.113.3')).status).toBe(200);
  });
});
