import { randomUUID } from 'node:crypto';
import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectFile } from '../../../src/objects/file-object-store.js';
import type { TestUser } from '../../support/users.js';
import { anyNumber, anyText, matching } from './matchers.js';
import { bearer, startTestApi, type TestApi } from './test-api.js';

/** rest.md §1 and §3–5, row by row. Expected values are typed from there. */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const NO_TOKEN = { error: 'No access token provided' };
const BAD_TOKEN = { error: 'Invalid or expired token' };
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
/** Places that only exist once the API is open are written as :names. */
const at = (path: string): string =>
  path
    .replace(':game', api.gameId)
    .replace(':empty', api.emptyId)
    .replace(':bobs', api.bobsId)
    .replace(':job', api.jobId)
    .replace(':active', api.activeJobId)
    .replace(':alice', api.alice.id);
const who = {
  anybody: () => undefined,
  alice: () => api.alice,
  bob: () => api.bob,
} satisfies Record<string, () => TestUser | undefined>;

/** The other guards are rows of endpoints.ts. */
describe('who may call what (§1.5, §1.7)', () => {
  const rows: [method: string, path: string, as: keyof typeof who, status: number, body: object][] =
    [
      ['GET', '/api/jobs/:job', 'anybody', 401, NO_TOKEN],
      ['POST', '/api/jobs/:job/cancel', 'anybody', 401, NO_TOKEN],
      ...[
        '12345',
        'abc-def-ghi',
        UNKNOWN.slice(0, -1),
        `${UNKNOWN.slice(0, -1)}z`,
        'a'.repeat(1000),
        "'%20OR%201=1--",
        '%3Cscript%3E',
      ].map((id): (typeof rows)[number] => [
        'GET',
        `/api/projects/${id}`,
        'alice',
        400,
        { error: 'Invalid project ID' },
      ]),
    ];
  it.each(rows)('%s %s as %s: %i', async (method, path, as, status, body) => {
    const answer = await api.ask(at(path), { method, as: who[as]() });
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual(body);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });
});

describe('where a token may stand (§1.5)', () => {
  it.each<[string, () => { path: string; headers?: Record<string, string> }, number, object]>([
    ['in the query', () => ({ path: `?access_token=${api.alice.accessToken}` }), 200, {}],
    [
      'in the query beside another scheme',
      () => ({
        path: `?access_token=${api.alice.accessToken}`,
        headers: { authorization: 'Basic eA==' },
      }),
      200,
      {},
    ],
    [
      'a bad header beside a good query',
      () => ({
        path: `?access_token=${api.alice.accessToken}`,
        headers: { authorization: 'Bearer x' },
      }),
      401,
      BAD_TOKEN,
    ],
    [
      'another scheme alone',
      () => ({ path: '', headers: { authorization: 'Basic eA==' } }),
      401,
      NO_TOKEN,
    ],
    [
      'the scheme in small letters',
      () => ({ path: '', headers: { authorization: `bearer ${api.alice.accessToken}` } }),
      401,
      NO_TOKEN,
    ],
    ['garbage', () => ({ path: '', headers: { authorization: 'Bearer garbage' } }), 401, BAD_TOKEN],
    [
      'twice in the query',
      () => ({
        path: `?access_token=${api.alice.accessToken}&access_token=${api.alice.accessToken}`,
      }),
      401,
      BAD_TOKEN,
    ],
    [
      'a token with another signature',
      () => ({
        path: '',
        headers: { authorization: `Bearer ${api.alice.accessToken.slice(0, -8)}AAAAAAAA` },
      }),
      401,
      BAD_TOKEN,
    ],
    [
      'the anon key',
      () => ({
        path: '',
        headers: { authorization: `Bearer ${api.env['SUPABASE_ANON_KEY'] ?? ''}` },
      }),
      401,
      BAD_TOKEN,
    ],
    [
      'a cookie',
      () => ({ path: '', headers: { cookie: `access_token=${api.alice.accessToken}` } }),
      401,
      NO_TOKEN,
    ],
  ])('%s', async (_, make, status, body) => {
    const { path, headers } = make();
    const answer = await api.ask(`/api/projects${path}`, headers ? { headers } : {});
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject(body);
  });
});

describe('health and configuration (§3)', () => {
  it('GET /api/health', async () => {
    const answer = await api.ask('/api/health');
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      status: 'ok',
      timestamp: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      uptime: anyNumber,
    });
  });

  it('GET /api/config: the embedded gateway is reached through the app', async () => {
    const answer = await api.ask('/api/config');
    expect(answer.json()).toEqual({
      supabaseUrl: 'http://app.test:3000',
      supabaseAnonKey: api.env['SUPABASE_ANON_KEY'],
      demo: true,
      guests: true,
      pushKey: api.env['VAPID_PUBLIC_KEY'],
    });
    expect(answer.headers['cache-control']).toBe('public, max-age=3600');
    expect(answer.text).not.toContain(api.env['SUPABASE_SERVICE_ROLE_KEY']);
  });
});

describe('projects (§5)', () => {
  it('GET /api/projects comes in pages where a page is asked for', async () => {
    const page = async (query: string) =>
      (await api.ask(`/api/projects?${query}`, { as: api.alice })).json() as {
        projects: { id: string }[];
        next: string | null;
        counts: { all: number; public: number };
      };
    const first = await page('limit=1');
    expect([first.projects.map(({ id }) => id), first.counts]).toEqual([
      [api.emptyId],
      { all: 2, public: 0 },
    ]);
    const second = await page(`limit=1&after=${encodeURIComponent(first.next ?? '')}`);
    expect(second.projects.map(({ id }) => id)).toEqual([api.gameId]);
    for (const query of ['limit=0', 'limit=x', 'limit=101']) {
      const all = await page(query);
      expect([all.projects.length, all.next]).toEqual([2, undefined]);
    }
  });

  it('GET /api/projects lists own ones, the one touched last first', async () => {
    const { projects } = (await api.ask('/api/projects', { as: api.alice })).json() as {
      projects: { id: string }[];
    };
    expect(projects.map(({ id }) => id)).toEqual([api.emptyId, api.gameId]);
    expect(projects[1]).toEqual({
      id: api.gameId,
      name: '星よけ',
      description: '',
      isPublic: false,
      remixedFrom: null,
      createdAt: anyText,
      updatedAt: anyText,
    });
  });

  it('GET /api/projects/:projectId is the raw row', async () => {
    const answer = await api.ask(at('/api/projects/:game'), { as: api.alice });
    expect(answer.json()).toMatchObject({
      id: api.gameId,
      user_id: api.alice.id,
      name: '星よけ',
      is_public: false,
      remixed_from: null,
      game_type: '2d',
      storage_path: null,
      created_at: matching(/\+00:00$/),
      updated_at: matching(/\+00:00$/),
    });
  });

  it('takes the same routes in capitals, with a slash at the end, and for HEAD', async () => {
    expect((await api.ask('/API/Projects/', { as: api.alice })).status).toBe(200);
    const head = await api.ask('/api/projects', { method: 'HEAD', as: api.alice });
    expect([head.status, head.text, head.headers['content-type']]).toEqual([
      200,
      '',
      'application/json; charset=utf-8',
    ]);
  });

  it('answers 304 to whoever has it already', async () => {
    const first = await api.ask(at('/api/projects/:game'), { as: api.alice });
    expect(first.headers['etag']).toMatch(/^W\//);
    const second = await api.ask(at('/api/projects/:game'), {
      headers: { ...bearer(api.alice), 'if-none-match': first.headers['etag'] ?? '' },
    });
    expect([second.status, second.text]).toEqual([304, '']);
  });
});

describe('jobs (§4)', () => {
  it('GET /api/jobs/:jobId is the raw row, with its result as text', async () => {
    const job = (await api.ask(at('/api/jobs/:job'), { as: api.alice })).json() as Record<
      string,
      unknown
    >;
    expect(job).toMatchObject({
      id: api.jobId,
      user_id: api.alice.id,
      project_id: api.gameId,
      status: 'completed',
      progress: 100,
      error: null,
      created_at: matching(/\+00:00$/),
      updated_at: matching(/\+00:00$/),
    });
    expect(JSON.parse(String(job['result']))).toEqual({ message: 'できました' });
  });

  it.each([
    [':empty', () => api.activeJobId],
    [':game', () => null],
  ])('GET /api/projects/%s/active-job', async (project, expected) => {
    const { job } = (
      await api.ask(at(`/api/projects/${project}/active-job`), { as: api.alice })
    ).json() as { job: { id: string } | null };
    expect(job?.id ?? null).toBe(expected());
  });

  it.each([
    ['', 3],
    ['?limit=2', 2],
    ['?limit=0', 3],
    ['?limit=many', 3],
    ['?limit=-1', 0],
    ['?limit=1&limit=2', 3],
    ['?limit=99999999', 3],
  ])('GET /api/projects/:projectId/jobs%s gives %i rows, newest first', async (query, count) => {
    const { id } = await api.database.store.projects.create(api.bob.id, 'many jobs');
    const made: string[] = [];
    for (let minute = 1; minute <= 3; minute += 1) {
      made.unshift(randomUUID());
      await api.database.sql(
        'insert into jobs (id, user_id, project_id, status, created_at) values ($1, $2, $3,' +
          " 'failed', now() + $4 * interval '1 minute')",
        [made[0], api.bob.id, id, minute],
      );
    }
    const { jobs } = (
      await api.ask(`/api/projects/${id}/jobs${query}`, { as: api.bob })
    ).json() as { jobs: { id: string }[] };
    expect(jobs.map((job) => job.id)).toEqual(made.slice(0, count));
  });

  it('POST …/cancel ends the row, even without Temporal, and leaves ended rows alone', async () => {
    const cancel = async (jobId: string) =>
      (await api.ask(`/api/jobs/${jobId}/cancel`, { method: 'POST', as: api.alice })).json();
    const statusOf = async (jobId: string) =>
      ((await api.ask(`/api/jobs/${jobId}`, { as: api.alice })).json() as { status: string })
        .status;
    expect(await Promise.all([cancel(api.activeJobId), cancel(api.jobId)])).toEqual([
      { success: true, job: {} },
      { success: true, job: {} },
    ]);
    expect([await statusOf(api.activeJobId), await statusOf(api.jobId)]).toEqual([
      'cancelled',
      'completed',
    ]);
  });

  it('a job that was inserted by hand is readable by its owner', async () => {
    const id = randomUUID();
    await api.database.sql('insert into jobs (id, user_id, project_id) values ($1, $2, $3)', [
      id,
      api.bob.id,
      api.bobsId,
    ]);
    expect((await api.ask(`/api/jobs/${id}`, { as: api.bob })).json()).toMatchObject({
      id,
      status: 'pending',
      progress: 0,
    });
  });
});

describe('what does not exist or is broken (§1.3, §11)', () => {
  it.each([
    ['GET', '/api/nonexistent'],
    ['GET', '/api/users'],
    ['GET', '/api/admin/settings'],
    ['GET', '/api/v2/projects'],
    ['POST', '/api/projects'],
    ['DELETE', '/api/projects/x'],
    ['GET', '/nowhere'],
    ['GET', '/.env'],
    ['GET', '/.git/config'],
  ])('%s %s is a page that says so, without asking for a token', async (method, path) => {
    const answer = await api.ask(path, { method });
    expect(answer.status).toBe(404);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
    });
    expect(answer.text).toContain(`Cannot ${method} ${path}`);
  });

  it('does not repeat a path as HTML, nor a token that came with it', async () => {
    const answer = await api.ask('/<script>alert(1)</script>?access_token=secret');
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('<script>');
    expect(answer.text).not.toContain('secret');
  });

  it.each(['{"a":', '7', JSON.stringify({ a: 'x'.repeat(200_000) })])(
    'a body %.12s is not read where the route has none: who asks is what counts',
    async (body) => {
      const answer = await api.ask(at('/api/jobs/:job/cancel'), {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.status).toBe(401);
    },
  );

  it('a broken percent-escape is 400', async () => {
    expect((await api.ask('/api/projects/%zz', { as: api.alice })).status).toBe(400);
  });

  it('OPTIONS names the methods of a route', async () => {
    const answer = await api.ask('/api/health', { method: 'OPTIONS' });
    expect([answer.status, answer.headers['allow']]).toEqual([200, 'GET, HEAD']);
  });

  it('a thumbnail is not found, whoever asks and however', async () => {
    for (const path of [
      at('/api/projects/:game/thumbnail'),
      '/api/projects/nonsense/thumbnail?t=1?t=2',
    ]) {
      const answer = await api.ask(path);
      expect([answer.status, answer.text]).toEqual([404, 'Not found']);
    }
  });

  it('a video that cannot be read is not called missing (§9.8)', async () => {
    const { alice, gameId, env } = api;
    // A link to itself is neither there nor absent.
    const folder = objectFile(env['DATA_DIR'] ?? '', `v/${gameId}`);
    await mkdir(path.dirname(folder), { recursive: true });
    await symlink(folder, folder);
    const answer = await api.ask(`/api/projects/${gameId}/movie`, { as: alice });
    await rm(folder);
    expect([answer.status, answer.json()]).toEqual([500, { error: anyText }]);
  });

  it('nothing that was asked with a token in its address is written to the log', async () => {
    await api.ask(`/api/projects?access_token=${api.alice.accessToken}`);
    await api.ask(`/nowhere?access_token=${api.alice.accessToken}`);
    await api.ask(`/the-last-one?access_token=${api.alice.accessToken}`);
    await expect.poll(() => api.process.output()).toContain('"path":"/the-last-one"');
    expect(api.process.output()).not.toContain(api.alice.accessToken.slice(-20));
    expect(api.process.output()).not.toContain(api.env['SUPABASE_SERVICE_ROLE_KEY']);
    expect(api.process.output()).not.toContain(api.env['CALLBACK_SECRET']);
  });
});
