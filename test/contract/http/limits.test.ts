import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuest, type TestUser } from '../../support/users.js';
import { Socket } from '../ws/socket.js';
import { patient } from '../../support/patience.js';
import type { Answer } from './api-process.js';
import { anyText, matching } from './matchers.js';
import { bearer, startTestApi, type TestApi } from './test-api.js';

/**
 * Limits per user, request ids, what the activity log and the log hold. One API whose limits are
 * small; behind a proxy, as it believes.
 */
const LIMIT = { reads: 6, writes: 3, ai: 2 };
const ROWS = 5;
const ATTEMPTS = 4;
const TOKENS = 12;
const PROJECTS = 3;
const SOCKETS = 3;
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    RATE_LIMIT_READS_PER_MIN: String(LIMIT.reads),
    RATE_LIMIT_WRITES_PER_MIN: String(LIMIT.writes),
    RATE_LIMIT_AI_PER_MIN: String(LIMIT.ai),
    RATE_LIMIT_ROWS_PER_MIN: String(ROWS),
    RATE_LIMIT_ATTEMPTS_PER_MIN: String(ATTEMPTS),
    RATE_LIMIT_TOKENS_PER_MIN: String(TOKENS),
    RATE_LIMIT_PROJECTS_PER_MIN: String(PROJECTS),
    MAX_PROJECTS_PER_USER: '4',
    MAX_SOCKETS_PER_USER: String(SOCKETS),
    MAX_WAITING_SOCKETS_PER_ADDRESS: '6',
    TRUST_PROXY: 'loopback',
  });
});
afterAll(() => api.stop());

const REFUSED = { error: '操作が続きすぎました。少し待ってからもう一度お試しください。' };
/** Seconds until a limit of a minute is over. */
const aMinute = expect.toSatisfy(
  (seconds: number) => seconds >= 1 && seconds <= 60,
) as unknown as number;
const baseUrl = (): string => api.process.baseUrl;
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const newUser = (): Promise<TestUser> => api.database.createUser('limited');
const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
/** Statuses of as many requests, one after the other. */
async function statuses(times: number, ask: () => Promise<Answer>): Promise<number[]> {
  const heard: number[] = [];
  while (heard.length < times) heard.push((await ask()).status);
  return heard;
}

describe('limits per user', () => {
  it.each<[string, keyof typeof LIMIT, string, string, number]>([
    ['reads', 'reads', 'GET', '/api/projects', 200],
    ['writes', 'writes', 'POST', `/api/jobs/${UNKNOWN}/cancel`, 404],
  ])(
    '%s: as many as configured, then 429 {error} with Retry-After',
    async (_, kind, method, path, status) => {
      const as = await newUser();
      expect(await statuses(LIMIT[kind], () => api.ask(path, { method, as }))).toEqual(
        Array.from({ length: LIMIT[kind] }, () => status),
      );
      const refused = await api.ask(path, { method, as });
      expect([refused.status, refused.json()]).toEqual([429, REFUSED]);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
      expect(refused.headers['ratelimit-policy']).toBe(`"${kind}";q=${LIMIT[kind]};w=60`);
      expect(refused.headers['content-type']).toBe('application/json; charset=utf-8');
    },
  );

  it('each kind counts by itself, and none for another user at the same address', async () => {
    const [greedy, calm] = [await newUser(), await newUser()];
    await statuses(LIMIT.reads + 1, () => api.ask('/api/projects', { as: greedy }));
    expect(
      (await api.ask(`/api/jobs/${UNKNOWN}/cancel`, { method: 'POST', as: greedy })).status,
    ).toBe(404);
    expect((await api.ask('/api/projects', { as: calm })).status).toBe(200);
  });

  it('a token in the address counts for the same user as one in the header', async () => {
    const as = await newUser();
    await statuses(LIMIT.reads, () => api.ask(`/api/projects?access_token=${as.accessToken}`));
    expect((await api.ask('/api/projects', { as })).status).toBe(429);
  });

  it('files of games, pages, health and what goes to Supabase are never refused', async () => {
    const { alice } = api;
    await statuses(LIMIT.reads + 1, () => api.ask('/api/projects', { as: alice }));
    const paths = [
      `/game/${alice.id}/${api.gameId}/style.css`,
      '/api/health',
      '/',
      '/create',
      `/api/projects/${api.gameId}/thumbnail`,
      '/auth/v1/health',
    ];
    for (const path of paths)
      expect(
        await statuses(LIMIT.reads + 1, () => api.ask(path, { as: alice })),
        path,
      ).not.toContain(429);
  });
});

describe('limits per address, before sign-in', () => {
  it('without a token or with a bad one the address counts, as the proxy tells it', async () => {
    expect(
      await statuses(LIMIT.reads, () => api.ask('/api/projects', { headers: from('203.0.113.1') })),
    ).not.toContain(429);
    const bad = { ...from('203.0.113.1'), authorization: 'Bearer garbage' };
    expect((await api.ask('/api/projects', { headers: bad })).status).toBe(429);
    expect((await api.ask('/api/projects', { headers: from('203.0.113.2') })).status).toBe(401);
  });

  it('a client cannot pretend to be elsewhere: only what the proxy added is believed', async () => {
    const asked = (claimed: number) =>
      api.ask('/api/config', { headers: from(`198.51.100.${claimed}, 203.0.113.3`) });
    let claimed = 0;
    expect(await statuses(LIMIT.reads, () => asked((claimed += 1)))).not.toContain(429);
    expect((await asked(99)).status).toBe(429);
  });

  it('a signed-in user is served from an address that is refused', async () => {
    await statuses(LIMIT.reads + 1, () => api.ask('/api/config', { headers: from('203.0.113.4') }));
    expect(
      (
        await api.ask('/api/projects', {
          headers: { ...bearer(await newUser()), ...from('203.0.113.4') },
        })
      ).status,
    ).toBe(200);
  });
});

describe('limits of messages', () => {
  it('a message over the limit gets a coded error; socket and other frames go on', async () => {
    const user = await newUser();
    const { id } = await api.database.store.projects.create(user.id, '新しいゲーム');
    const socket = await Socket.signedIn(api.process.baseUrl, user, id);
    const message = { type: 'message', content: '2Dのシューティングゲームを作って' };
    for (let sent = 0; sent < LIMIT.ai; sent += 1)
      expect((await socket.ask(message)).type).toBe('styleOptions');
    const text = 'Too many messages. Please wait a moment.';
    expect(await socket.ask(message)).toEqual({
      type: 'error',
      message: text,
      error: { code: 'RATE_LIMIT_EXCEEDED', message: text, limit: 'ai', retryAfterS: aMinute },
    });
    expect(await socket.ask({ type: 'getProjectInfo', projectId: id })).toMatchObject({
      type: 'projectInfo',
    });
    await socket.close();
  });
});

describe('limits of sockets and projects', () => {
  const limited = (limit: string) => ({
    type: 'error',
    error: { code: 'RATE_LIMIT_EXCEEDED', limit, retryAfterS: aMinute },
  });

  it('a user makes and deletes so many projects a minute, on however many sockets', async () => {
    const user = await newUser();
    const sockets = await Promise.all([1, 2].map(() => Socket.signedIn(baseUrl(), user)));
    const create = { type: 'createProject', name: 'x' };
    for (let made = 0; made < PROJECTS; made += 1)
      expect(await sockets[made % 2]?.ask(create)).toMatchObject({ type: 'projectCreated' });
    const remove = { type: 'deleteProject', projectId: UNKNOWN };
    for (const frame of [create, remove])
      expect(await sockets[0]?.ask(frame)).toMatchObject(limited('projects'));
    expect(await api.database.store.projects.list(user.id)).toHaveLength(PROJECTS);
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  it('a user has so many projects in all', async () => {
    const user = await newUser();
    for (let made = 0; made < 4; made += 1) await api.database.store.projects.create(user.id);
    const socket = await Socket.signedIn(baseUrl(), user);
    const message = 'Too many projects. Please delete one first.';
    expect(await socket.ask({ type: 'createProject', name: 'x' })).toEqual({
      type: 'error',
      message,
      error: { code: 'PROJECT_LIMIT_EXCEEDED', message },
    });
    await socket.close();
  });

  it('a guest has one project, and his requests count for his address', async () => {
    const guest = await createGuest(api.env);
    const socket = await Socket.signedIn(baseUrl(), guest);
    const create = { type: 'createProject', name: 'x' };
    expect(await socket.ask(create)).toMatchObject({ type: 'projectCreated' });
    expect(await socket.ask(create)).toMatchObject({ error: { code: 'GUEST_PROJECT_LIMIT' } });
    await socket.close();
    const [one, two] = [guest, await createGuest(api.env)];
    const read = (as?: TestUser) => api.ask('/api/projects', { as, headers: from('203.0.113.30') });
    expect(await statuses(LIMIT.reads - 1, () => read(one))).not.toContain(429);
    expect([(await read(two)).status, (await read(one)).status]).toEqual([200, 429]);
    expect((await read(await newUser())).status).toBe(200);
  });

  it('a user has so many sockets; the next one is told, and closed', async () => {
    const user = await newUser();
    const sockets: Socket[] = [];
    while (sockets.length < SOCKETS) sockets.push(await Socket.signedIn(baseUrl(), user));
    const next = await Socket.open(baseUrl());
    const init = { type: 'init', access_token: user.accessToken };
    expect(await next.ask(init)).toMatchObject(limited('sockets'));
    expect((await next.closed)[0]).toBe(1013);
    await sockets.pop()?.close();
    const after = await Socket.open(baseUrl());
    expect(await after.ask(init)).toMatchObject({ type: 'init' });
    await Promise.all([...sockets, after].map((socket) => socket.close()));
  });
});

describe('limits of what goes to Supabase', () => {
  const apikey = (): string => api.env['SUPABASE_ANON_KEY'] ?? '';

  it('rows count for each user, and without a token for each address', async () => {
    const [greedy, calm] = [await newUser(), await newUser()];
    const read = (as: TestUser | undefined, address: string) =>
      api.ask('/rest/v1/projects?select=id', {
        as,
        headers: {
          apikey: apikey(),
          ...(as ? {} : { authorization: `Bearer ${apikey()}` }),
          ...from(address),
        },
      });
    expect(await statuses(ROWS, () => read(greedy, '203.0.113.20'))).not.toContain(429);
    const refused = await read(greedy, '203.0.113.20');
    expect([refused.status, refused.headers['ratelimit-policy']]).toEqual([
      429,
      `"rows";q=${ROWS};w=60`,
    ]);
    expect(refused.json()).toMatchObject({ ...REFUSED, code: 'over_request_rate_limit' });
    expect((await read(calm, '203.0.113.20')).status).toBe(200);
    const anonymous = await statuses(ROWS + 1, () => read(undefined, '203.0.113.21'));
    expect(anonymous).toEqual([...Array<number>(ROWS).fill(200), 429]);
  });

  it('a body of rows counts as one request for each 4 KiB, whatever becomes of it', async () => {
    const as = await newUser();
    const post = (sizeBytes: number) =>
      api.ask('/rest/v1/chat_history', {
        method: 'POST',
        as,
        headers: { apikey: apikey(), 'content-type': 'application/json' },
        body: JSON.stringify({ message: 'x'.repeat(sizeBytes) }),
      });
    expect((await post((ROWS - 1) * 4096)).status).toBe(403);
    expect((await post(10)).status).toBe(429);
  });

  it('passwords, codes and links are tried so often from one address, by whomever', async () => {
    const as = await newUser();
    const sign = (address: string, path = 'token?grant_type=password') =>
      api.ask(`/auth/v1/${path}`, {
        method: 'POST',
        as,
        headers: { ...from(address), apikey: apikey(), 'content-type': 'application/json' },
        body: JSON.stringify({ email: as.email, password: 'wrong', refresh_token: 'x' }),
      });
    expect(await statuses(ATTEMPTS + 1, () => sign('203.0.113.22'))).toEqual([
      ...Array<number>(ATTEMPTS).fill(400),
      429,
    ]);
    expect((await sign('203.0.113.22', 'signup')).status).toBe(429);
    expect((await sign('203.0.113.22', 'token?grant_type=refresh_token')).status).toBe(400);
    expect((await sign('203.0.113.23')).status).toBe(400);
  });
});

describe('bad tokens', () => {
  it('count for their address over HTTP and sockets; good ones from there are served', async () => {
    const address = '203.0.113.24';
    const bad = { ...from(address), authorization: 'Bearer garbage' };
    const page = () => api.ask('/user-assets/x/y.png', { headers: bad });
    expect(await statuses(TOKENS, page)).not.toContain(429);
    const refused = await page();
    expect([refused.status, refused.headers['ratelimit-policy']]).toEqual([
      429,
      `"tokens";q=${TOKENS};w=60`,
    ]);
    const good = { headers: from(address), as: await newUser() };
    expect((await api.ask('/api/projects', good)).status).toBe(200);
  });
});

describe('the activity log', () => {
  const rowsOf = async (targetId: string) =>
    api.database.sql(
      'select action, target_type, user_id, details from public.activity_log where ' +
        'target_id = $1 order by created_at, action',
      [targetId],
    );

  it('has one row for a sign-in, whatever comes in the hour, and one for a limit', async () => {
    const user = await newUser();
    await statuses(LIMIT.reads + 3, () => api.ask('/api/projects', { as: user }));
    await (await Socket.signedIn(api.process.baseUrl, user)).close();
    await expect
      .poll(() => rowsOf(user.id), { timeout: patient(30_000) })
      .toEqual([
        { action: 'signIn', target_type: 'user', user_id: user.id, details: null },
        { action: 'limit', target_type: 'user', user_id: user.id, details: 'reads' },
      ]);
  });

  it('has no user for an address, and nothing for a token that was refused', async () => {
    await statuses(LIMIT.reads + 2, () =>
      api.ask('/api/projects', {
        headers: { ...from('203.0.113.5'), authorization: 'Bearer garbage' },
      }),
    );
    await expect
      .poll(() => rowsOf('203.0.113.5'), { timeout: patient(30_000) })
      .toEqual([{ action: 'limit', target_type: 'address', user_id: null, details: 'reads' }]);
  });
});

describe('request ids', () => {
  const linesOf = (id: string) =>
    api.process
      .output()
      .split('\n')
      .filter((line) => line.includes(`"requestId":"${id}"`))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('every answer has one, error pages included, and no two the same', async () => {
    const answers = await Promise.all(
      ['/api/health', '/nowhere', '/api/projects', '/api/projects/%zz'].map((path) =>
        api.ask(path, { headers: from('203.0.113.6') }),
      ),
    );
    const ids = answers.map(({ headers }) => headers['x-request-id']);
    expect(ids).toEqual(ids.map(() => matching(/^[0-9a-f-]{36}$/)));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('one that came with the request is kept and stands in its log lines', async () => {
    const answer = await api.ask('/nowhere', { headers: { 'x-request-id': 'edge:7f3a-0001' } });
    expect(answer.headers['x-request-id']).toBe('edge:7f3a-0001');
    await expect
      .poll(() => linesOf('edge:7f3a-0001'))
      .toEqual([expect.objectContaining({ path: '/nowhere', status: 404, msg: 'request' })]);
  });

  it.each(['short', 'x'.repeat(65), 'with space 1', '{"json":"line"}', 'ids,are,no,lists'])(
    '%j is none, and is replaced',
    async (given) => {
      const answer = await api.ask('/nowhere', { headers: { 'x-request-id': given } });
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

describe('secrets', () => {
  it('neither tokens nor keys reach the log, whichever way they come in', async () => {
    const canary = 'canary5e1f0b';
    const user = await newUser();
    const json = { 'content-type': 'application/json' };
    const {
      SUPABASE_SERVICE_ROLE_KEY: serviceKey = '',
      SUPABASE_ANON_KEY: anonKey = '',
      CALLBACK_SECRET: secret = '',
    } = api.env;
    const headers = from('203.0.113.8');
    await api.ask(`/api/projects?access_token=${user.accessToken}`, { headers });
    await api.ask(`/game/${user.id}/${UNKNOWN}/?access_token=${user.accessToken}`, { headers });
    await api.ask('/api/projects', {
      headers: { ...headers, authorization: `Bearer ${canary}`, cookie: `token=${canary}` },
    });
    await api.ask(`/api/jobs/${UNKNOWN}/cancel`, {
      method: 'POST',
      headers: { ...headers, ...json },
      body: `{"access_token":"${canary}`,
    });
    await api.ask(`/callback/${UNKNOWN}`, {
      method: 'POST',
      headers: { ...headers, ...json, authorization: `Bearer ${canary}` },
      body: JSON.stringify({ key: canary }),
    });
    await api.ask(`/game/~${canary}/index.html`, { headers });
    await api.ask('/rest/v1/projects', {
      headers: { ...headers, apikey: anonKey, authorization: `Bearer ${user.accessToken}` },
    });
    const socket = await Socket.open(api.process.baseUrl);
    await socket.ask({ type: 'init', access_token: canary, sessionId: 'x' });
    await socket.closed;
    await api.ask('/the-last-one', { headers });
    await expect.poll(() => api.process.output()).toContain('"path":"/the-last-one"');
    for (const hidden of [
      canary,
      user.accessToken,
      user.accessToken.slice(-20),
      user.password,
      serviceKey,
      serviceKey.slice(-20),
      secret,
    ]) {
      expect(hidden).toEqual(anyText);
      expect(api.process.output()).not.toContain(hidden);
    }
  });
});
