import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createScreenshots } from '../../../src/objects/screenshots.js';
import type { Answer } from './api-process.js';
import { ENDPOINTS } from './endpoints.js';
import { HTTP_ROUTES } from '../../../src/contracts/http-routes/index.js';
import { errorText } from '../../../src/contracts/messages/message.js';
import { createGuest, type TestUser } from '../../support/users.js';
import { Form, type Row } from './endpoints/row.js';
import { undocumented } from './documented.js';
import { multipart, uploaded } from './multipart.js';
import { bearer, startTestApi, PIXEL, type TestApi } from './test-api.js';

/**
 * Asks every row of endpoints.ts, one after the other, on a real database and API. Temporal is
 * away.
 */
let api: TestApi;
/** What the names with a colon stand for. */
let things: Readonly<Record<string, string>>;

beforeAll(async () => {
  api = await startTestApi();
  const { alice, bob, gameId, emptyId, bobsId, jobId, activeJobId } = api;
  const asset = async (as: typeof alice, name: string, projectId?: string) =>
    (await uploaded(api, as, { bytes: PIXEL, name: `${name}.png` }, projectId ? { projectId } : {}))
      .id;
  const screenshot = createHash('sha256').update(PIXEL).digest('hex');
  await createScreenshots(createFileObjectStore(api.env['DATA_DIR'] ?? '')).keep(
    { userId: alice.id, projectId: gameId },
    screenshot,
    PIXEL,
  );
  things = {
    screenshot,
    version: (await api.database.store.revisions.head(gameId))?.revision ?? '',
    alice: alice.id,
    bob: bob.id,
    token: alice.accessToken,
    game: gameId,
    empty: emptyId,
    bobs: bobsId,
    job: jobId,
    active: activeJobId,
    unknown: '00000000-0000-4000-8000-000000000000',
    public: await asset(alice, 'public', gameId),
    own: await asset(alice, 'own'),
    bobsOwn: await asset(bob, 'bobsOwn'),
    bobsPublic: await asset(bob, 'bobsPublic', bobsId),
  };
});
afterAll(() => api?.stop());

const named = (text: string): string =>
  text.replaceAll(/:([a-z]+)\b/gi, (whole, name: string) => things[name] ?? whole);

/** The same with every name replaced; matchers stay what they are. */
function filled<T>(value: T): T {
  if (typeof value === 'string') return named(value) as T;
  if (Array.isArray(value)) return value.map(filled) as T;
  if (
    typeof value !== 'object' ||
    value === null ||
    Object.getPrototypeOf(value) !== Object.prototype
  )
    return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, filled(each as unknown)]),
  ) as T;
}

function bodyOf({ body }: Row): { body?: string | Buffer; headers: Record<string, string> } {
  if (body === undefined) return { headers: {} };
  if (!(body instanceof Form))
    return {
      body: typeof body === 'string' ? body : JSON.stringify(filled(body)),
      headers: { 'content-type': 'application/json' },
    };
  return multipart(
    Object.entries(filled(body.fields)),
    body.file === null ? [] : [{ bytes: PIXEL, ...body.file }],
  );
}

async function ask(row: Row, asMethod?: string): Promise<Answer> {
  const [method = '', place = ''] = row.ask.split(' ');
  const { body, headers } = bodyOf(row);
  const token: Readonly<Record<string, string>> =
    row.as === 'anybody'
      ? {}
      : row.as === 'stranger with a bad token'
        ? { authorization: 'Bearer garbage' }
        : bearer(api[row.as]);
  return api.ask(named(place), {
    method: asMethod ?? method,
    headers: { ...token, ...headers, ...filled(row.sent ?? {}) },
    ...(body === undefined ? {} : { body }),
  });
}

/** Headers that differ between two equal requests. */
const UNSTABLE = ['date', 'x-request-id', 'connection', 'keep-alive', 'transfer-encoding'];
/**
 * Headers that HEAD has to repeat. A page that names the method, an answer that tells the time and
 * a new signature are not the same twice.
 */
function steadyHeaders(
  { headers }: Answer,
  { text, status }: Answer,
): Record<string, string | undefined> {
  const unsteady =
    status === 302 || /Cannot GET|"uptime"/.test(text)
      ? [...UNSTABLE, 'etag', 'content-length', 'location']
      : UNSTABLE;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !unsteady.includes(name)));
}

function expectAnswer({ answer, headers }: Row, heard: Answer): void {
  if (answer === undefined) return;
  if (answer instanceof RegExp) expect(heard.text).toMatch(answer);
  else if (typeof answer === 'string') expect(heard.text).toBe(answer);
  else expect(heard.json()).toEqual(filled(answer));
  if (!(answer instanceof RegExp)) {
    const type =
      typeof answer === 'string' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8';
    expect(heard.headers).toMatchObject({
      ...(headers?.['content-type'] ? {} : { 'content-type': type }),
      etag: expect.stringMatching(/^W\/"/) as unknown,
    });
  }
}

describe.each(Object.entries(ENDPOINTS))('rest.md %s', (_section, rows) => {
  it.each(rows.map((row) => [row.ask, row.as, row.status, row] as const))(
    '%s as %s: %i',
    async (request, _as, status, row) => {
      const heard = await ask(row);
      expect([heard.status, heard.text.slice(0, 300)]).toEqual([status, heard.text.slice(0, 300)]);
      expectAnswer(row, heard);
      for (const [name, value] of Object.entries(row.headers ?? {}))
        expect([name, heard.headers[name]]).toEqual([name, filled(value)]);
      expect(heard.headers['x-request-id']).toMatch(/^[\w:-]{8,}$/);
      expect(heard.headers).not.toHaveProperty('x-powered-by');
      expect(undocumented(request, heard)).toEqual([]);
      if (request.startsWith('GET ')) {
        const head = await ask(row, 'HEAD');
        expect([head.status, head.text, steadyHeaders(head, heard)]).toEqual([
          heard.status,
          '',
          steadyHeaders(heard, heard),
        ]);
      }
    },
  );
});

describe('D8: a guest', () => {
  const MEMBERS = HTTP_ROUTES.filter(({ guard }) => /^(member|projectMember)$/.test(guard));
  let guest: TestUser;
  let ownId: string;
  beforeAll(async () => {
    guest = await createGuest(api.env);
    ownId = (await api.database.store.projects.create(guest.id)).id;
  });

  it('may do nothing that shows him to others, costs images, or reaches out', () => {
    expect(MEMBERS.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'post /api/assets/upload',
      'post /api/assets/remove-background',
      'post /api/generate-image',
      'put /api/projects/:projectId/publish-draft',
      'post /api/projects/:projectId/publish-draft',
      'post /api/projects/:projectId/generate-publish-info',
      'post /api/projects/:projectId/generate-thumbnail',
      'post /api/projects/:projectId/upload-thumbnail',
      'post /api/projects/:projectId/generate-movie',
      'post /api/projects/:projectId/publish',
      'post /api/projects/:projectId/unpublish',
      'put /api/games/:id/like',
      'delete /api/games/:id/like',
      'post /api/games/:id/remix',
      'put /api/notifications/settings',
      'put /api/push/subscription',
      'post /api/push/subscription/delete',
      'get /api/account/export',
      'post /api/account/adopt-guest',
    ]);
  });

  it.each(MEMBERS.map((route) => [route.method, route.path]))(
    '%s %s: 403, with its code',
    async (method, path) => {
      const own = path.replace(':projectId', ownId).replace(':id', ownId);
      const heard = await api.ask(own, {
        method: method.toUpperCase(),
        as: guest,
        ...(/^p/.test(method) && {
          body: '{}',
          headers: { 'content-type': 'application/json' },
        }),
      });
      expect([heard.status, heard.json()]).toEqual([
        403,
        { error: errorText('ACCOUNT_REQUIRED'), code: 'ACCOUNT_REQUIRED' },
      ]);
    },
  );

  it('reads what is his own, and no operator is made of him', async () => {
    const read = (path: string) => api.ask(path, { as: guest });
    expect((await read(`/api/projects/${ownId}`)).json()).toMatchObject({ user_id: guest.id });
    expect((await read(`/api/projects/${api.gameId}`)).status).toBe(404);
    expect((await read('/api/ops/health')).status).toBe(403);
    expect((await read('/api/account/usage')).status).toBe(200);
  });
});
