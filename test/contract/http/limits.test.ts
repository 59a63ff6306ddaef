import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../../support/users.js';
import { Socket } from '../ws/socket.js';
import type { Answer } from './api-process.js';
import { anyText, matching } from './matchers.js';
import { bearer, startTestApi, type TestApi } from './test-api.js';

/**
 * Limits per user, request ids, what the activity log and the log hold. One API whose limits are
 * small; behind a proxy, as it believes.
 */
const LIMIT = { reads: 6, writes: 3, ai: 2 };
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    RATE_LIMIT_READS_PER_MIN: String(LIMIT.reads),
    RATE_LIMIT_WRITES_PER_MIN: String(LIMIT.writes),
    RATE_LIMIT_AI_PER_MIN: String(LIMIT.ai),
    TRUST_PROXY: 'loopback',
  });
});
afterAll(() => api.stop());

const REFUSED = { error: '操作が続きすぎました。少し待ってからもう一度お試しください。' };
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
      error: { code: 'RATE_LIMIT_EXCEEDED', message: text },
    });
    expect(await socket.ask({ type: 'getProjectInfo', projectId: id })).toMatchObject({
      type: 'projectInfo',
    });
    await socket.close();
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
      .poll(() => rowsOf(user.id), { timeout: 30_000 })
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
      .poll(() => rowsOf('203.0.113.5'), { timeout: 30_000 })
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
