import { randomUUID } from 'node:crypto';
import { mkdir, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../../support/users.js';
import { anyNumber, anyText, matching } from './matchers.js';
import { bearer, openWorld, type World } from './world.js';

/** rest.md §1 and §3–5, row by row. Expected values are typed from there. */
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const NO_TOKEN = { error: 'No access token provided' };
const BAD_TOKEN = { error: 'Invalid or expired token' };
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
/** Places that only exist once the world is open are written as :names. */
const at = (path: string): string =>
  path
    .replace(':game', world.gameId)
    .replace(':empty', world.emptyId)
    .replace(':bobs', world.bobsId)
    .replace(':job', world.jobId)
    .replace(':active', world.activeJobId)
    .replace(':alice', world.alice.id);
const who = {
  anybody: () => undefined,
  alice: () => world.alice,
  bob: () => world.bob,
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
    const answer = await world.ask(at(path), { method, as: who[as]() });
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual(body);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });
});

describe('where a token may stand (§1.5)', () => {
  it.each<[string, () => { path: string; headers?: Record<string, string> }, number, object]>([
    ['in the query', () => ({ path: `?access_token=${world.alice.accessToken}` }), 200, {}],
    [
      'in the query beside another scheme',
      () => ({
        path: `?access_token=${world.alice.accessToken}`,
        headers: { authorization: 'Basic eA==' },
      }),
      200,
      {},
    ],
    [
      'a bad header beside a good query',
      () => ({
        path: `?access_token=${world.alice.accessToken}`,
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
      () => ({ path: '', headers: { authorization: `bearer ${world.alice.accessToken}` } }),
      401,
      NO_TOKEN,
    ],
    ['garbage', () => ({ path: '', headers: { authorization: 'Bearer garbage' } }), 401, BAD_TOKEN],
    [
      'twice in the query',
      () => ({
        path: `?access_token=${world.alice.accessToken}&access_token=${world.alice.accessToken}`,
      }),
      401,
      BAD_TOKEN,
    ],
    [
      'a token with another signature',
      () => ({
        path: '',
        headers: { authorization: `Bearer ${world.alice.accessToken.slice(0, -8)}AAAAAAAA` },
      }),
      401,
      BAD_TOKEN,
    ],
    [
      'the anon key',
      () => ({
        path: '',
        headers: { authorization: `Bearer ${world.env['SUPABASE_ANON_KEY'] ?? ''}` },
      }),
      401,
      BAD_TOKEN,
    ],
    [
      'a cookie',
      () => ({ path: '', headers: { cookie: `access_token=${world.alice.accessToken}` } }),
      401,
      NO_TOKEN,
    ],
  ])('%s', async (_, make, status, body) => {
    const { path, headers } = make();
    const answer = await world.ask(`/api/projects${path}`, headers ? { headers } : {});
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject(body);
  });
});

describe('health and configuration (§3)', () => {
  it('GET /api/health', async () => {
    const answer = await world.ask('/api/health');
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      status: 'ok',
      timestamp: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      uptime: anyNumber,
    });
  });

  it('GET /api/config: the embedded gateway is reached through the app', async () => {
    const answer = await world.ask('/api/config');
    expect(answer.json()).toEqual({
      supabaseUrl: 'http://app.test:3000',
      supabaseAnonKey: world.env['SUPABASE_ANON_KEY'],
      demo: true,
    });
    expect(answer.headers['cache-control']).toBe('public, max-age=3600');
    expect(answer.text).not.toContain(world.env['SUPABASE_SERVICE_ROLE_KEY']);
  });
});

describe('projects (§5)', () => {
  it('GET /api/projects lists own ones, the one touched last first', async () => {
    const { projects } = (await world.ask('/api/projects', { as: world.alice })).json() as {
      projects: { id: string }[];
    };
    expect(projects.map(({ id }) => id)).toEqual([world.emptyId, world.gameId]);
    expect(projects[1]).toEqual({
      id: world.gameId,
      name: '星よけ',
      description: '',
      isPublic: false,
      remixedFrom: null,
      createdAt: anyText,
      updatedAt: anyText,
    });
  });

  it('GET /api/projects/:projectId is the raw row', async () => {
    const answer = await world.ask(at('/api/projects/:game'), { as: world.alice });
    expect(answer.json()).toMatchObject({
      id: world.gameId,
      user_id: world.alice.id,
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
    expect((await world.ask('/API/Projects/', { as: world.alice })).status).toBe(200);
    const head = await world.ask('/api/projects', { method: 'HEAD', as: world.alice });
    expect([head.status, head.text, head.headers['content-type']]).toEqual([
      200,
      '',
      'application/json; charset=utf-8',
    ]);
  });

  it('answers 304 to whoever has it already', async () => {
    const first = await world.ask(at('/api/projects/:game'), { as: world.alice });
    expect(first.headers['etag']).toMatch(/^W\//);
    const second = await world.ask(at('/api/projects/:game'), {
      headers: { ...bearer(world.alice), 'if-none-match': first.headers['etag'] ?? '' },
    });
    expect([second.status, second.text]).toEqual([304, '']);
  });
});

describe('jobs (§4)', () => {
  it('GET /api/jobs/:jobId is the raw row, with its result as text', async () => {
    const job = (await world.ask(at('/api/jobs/:job'), { as: world.alice })).json() as Record<
      string,
      unknown
    >;
    expect(job).toMatchObject({
      id: world.jobId,
      user_id: world.alice.id,
      project_id: world.gameId,
      status: 'completed',
      progress: 100,
      error: null,
      created_at: matching(/\+00:00$/),
      updated_at: matching(/\+00:00$/),
    });
    expect(JSON.parse(String(job['result']))).toEqual({ message: 'できました' });
  });

  it.each([
    [':empty', () => world.activeJobId],
    [':game', () => null],
  ])('GET /api/projects/%s/active-job', async (project, expected) => {
    const { job } = (
      await world.ask(at(`/api/projects/${project}/active-job`), { as: world.alice })
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
    const { id } = await world.database.store.projects.create(world.bob.id, 'many jobs');
    const made: string[] = [];
    for (let minute = 1; minute <= 3; minute += 1) {
      made.unshift(randomUUID());
      await world.database.sql(
        "insert into jobs (id, user_id, project_id, status, created_at) values ($1, $2, $3, 'failed', now() + $4 * interval '1 minute')",
        [made[0], world.bob.id, id, minute],
      );
    }
    const { jobs } = (
      await world.ask(`/api/projects/${id}/jobs${query}`, { as: world.bob })
    ).json() as { jobs: { id: string }[] };
    expect(jobs.map((job) => job.id)).toEqual(made.slice(0, count));
  });

  it('POST …/cancel ends the row, even while Temporal is away, and leaves ended rows as they are', async () => {
    const cancel = async (jobId: string) =>
      (await world.ask(`/api/jobs/${jobId}/cancel`, { method: 'POST', as: world.alice })).json();
    const statusOf = async (jobId: string) =>
      ((await world.ask(`/api/jobs/${jobId}`, { as: world.alice })).json() as { status: string })
        .status;
    expect(await Promise.all([cancel(world.activeJobId), cancel(world.jobId)])).toEqual([
      { success: true, job: {} },
      { success: true, job: {} },
    ]);
    expect([await statusOf(world.activeJobId), await statusOf(world.jobId)]).toEqual([
      'cancelled',
      'completed',
    ]);
  });

  it('a job that was inserted by hand is readable by its owner', async () => {
    const id = randomUUID();
    await world.database.sql('insert into jobs (id, user_id, project_id) values ($1, $2, $3)', [
      id,
      world.bob.id,
      world.bobsId,
    ]);
    expect((await world.ask(`/api/jobs/${id}`, { as: world.bob })).json()).toMatchObject({
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
    const answer = await world.ask(path, { method });
    expect(answer.status).toBe(404);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
    });
    expect(answer.text).toContain(`Cannot ${method} ${path}`);
  });

  it('does not repeat a path as HTML, nor a token that came with it', async () => {
    const answer = await world.ask('/<script>alert(1)</script>?access_token=secret');
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('<script>');
    expect(answer.text).not.toContain('secret');
  });

  it.each([
    ['{"a":', 400],
    ['7', 400],
    [JSON.stringify({ a: 'x'.repeat(200_000) }), 413],
  ])('a body %.12s is refused before anything else', async (body, status) => {
    const answer = await world.ask(at('/api/jobs/:job/cancel'), {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain('node_modules');
  });

  it('a broken percent-escape is 400', async () => {
    expect((await world.ask('/api/projects/%zz', { as: world.alice })).status).toBe(400);
  });

  it('OPTIONS names the methods of a route', async () => {
    const answer = await world.ask('/api/health', { method: 'OPTIONS' });
    expect([answer.status, answer.headers['allow']]).toEqual([200, 'GET, HEAD']);
  });

  it('a thumbnail is not found, whoever asks and however', async () => {
    for (const path of [
      at('/api/projects/:game/thumbnail'),
      '/api/projects/nonsense/thumbnail?t=1?t=2',
    ]) {
      const answer = await world.ask(path);
      expect([answer.status, answer.text]).toEqual([404, 'Not found']);
    }
  });

  it('a video that cannot be read is not called missing (§9.8)', async () => {
    const { alice, gameId, env } = world;
    const video = path.join(
      env['DATA_DIR'] ?? '',
      'users',
      alice.id,
      'projects',
      gameId,
      `movie-${'a'.repeat(40)}.mp4`,
    );
    await mkdir(video);
    const answer = await world.ask(`/api/projects/${gameId}/movie`, { as: alice });
    await rmdir(video);
    expect([answer.status, answer.json()]).toEqual([500, { error: anyText }]);
  });

  it('nothing that was asked with a token in its address is written to the log', async () => {
    await world.ask(`/api/projects?access_token=${world.alice.accessToken}`);
    await world.ask(`/nowhere?access_token=${world.alice.accessToken}`);
    await world.ask(`/the-last-one?access_token=${world.alice.accessToken}`);
    await expect.poll(() => world.api.output()).toContain('"path":"/the-last-one"');
    expect(world.api.output()).not.toContain(world.alice.accessToken.slice(-20));
    expect(world.api.output()).not.toContain(world.env['SUPABASE_SERVICE_ROLE_KEY']);
    expect(world.api.output()).not.toContain(world.env['CALLBACK_SECRET']);
  });
});
