import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { Router, type RequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { APP_ROUTES, GAMES_HOST_ROUTES, HTTP_ROUTES } from '../../contracts/http-routes/index.js';
import { CALLBACK_ROUTES } from '../../contracts/http-routes/callbacks.js';
import { routes, type HttpRoute } from '../../contracts/http-routes/route.js';
import { answerErrors } from './http-errors.js';
import { mount, type Handlers, type Stages } from './mount.js';
import { refusal } from './refusal.js';

const ID = '0a1b2c3d-0000-4000-8000-00000000000a';
const pass = (): RequestHandler => (_req, _res, next) => next();
const noOne = async (): Promise<never> => ({}) as never;
const OPEN: Stages<HttpRoute> = {
  guards: {
    ...{ none: noOne, visitor: noOne, user: noOne, operator: noOne, signature: noOne },
    ...{ member: noOne, projectOwner: noOne, projectMember: noOne },
    ...{ jobOwner: noOne, actionOwner: noOne },
    ...{ assetOwner: noOne, assetReader: noOne },
  },
  limit: pass,
  cors: pass,
  gameHeaders: pass(),
};

async function served(app: express.Express): Promise<{ server: Server; origin: string }> {
  const server = createServer(app.use(answerErrors({ raise: noOne })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Every row answers with its own name, before its address and body are checked. */
const named = <T extends Readonly<Record<string, HttpRoute>>>(rows: T) => {
  const router = Router();
  const plain = Object.entries(rows).map(([key, { params: _p, query: _q, body: _b, ...row }]) => [
    key,
    row as HttpRoute,
  ]);
  const handlers = Object.keys(rows).map((key) => [key, () => ({ key })]);
  mount(
    router,
    Object.fromEntries(plain) as Record<string, HttpRoute>,
    Object.fromEntries(handlers) as never,
    OPEN,
  );
  return router;
};

describe('N2: an address is answered by its own row', () => {
  let app: Awaited<ReturnType<typeof served>>;
  let games: Awaited<ReturnType<typeof served>>;
  beforeAll(async () => {
    app = await served(express().use(named(CALLBACK_ROUTES), named(APP_ROUTES)));
    games = await served(express().use(named(GAMES_HOST_ROUTES)));
  });
  afterAll(() => [app, games].forEach(({ server }) => server.close()));

  const keyAt = async (origin: string, method: string, path: string) => {
    const answer = await fetch(`${origin}${path}`, { method });
    const { key } = (await answer.json().catch(() => ({}))) as { key?: string };
    return key ?? answer.status;
  };
  const addressOf = ({ path }: HttpRoute) =>
    path.replaceAll(/\{\*\w+\}/g, 'a/b.js').replaceAll(/:\w+/g, ID);
  const all: Readonly<Record<string, HttpRoute>> = { ...APP_ROUTES, ...CALLBACK_ROUTES };

  it.each(Object.entries(all))('%s', async (key, route) => {
    const address = addressOf(route);
    const method = route.method.toUpperCase();
    expect(await keyAt(app.origin, method, address)).toBe(key);
    expect(await keyAt(app.origin, method, `${address.toUpperCase()}/`)).toBe(key);
    if (method === 'GET') expect(await keyAt(app.origin, 'HEAD', address)).toBe(200);
    expect(await keyAt(app.origin, method, `/elsewhere${address}`)).toBe(404);
    expect(await keyAt(app.origin, 'PATCH', address)).toBe(404);
  });

  it('on the host of games, too; the entry page of a game has no file in its address', async () => {
    for (const [key, route] of Object.entries(GAMES_HOST_ROUTES))
      expect(await keyAt(games.origin, 'GET', addressOf(route))).toBe(key);
    expect(await keyAt(app.origin, 'GET', `/game/${ID}/${ID}/`)).toBe('gameFile');
  });

  it('and no name of a handler stands for two rows', () => {
    expect(HTTP_ROUTES.length).toBe(Object.keys(all).length);
    expect(HTTP_ROUTES.length).toBeGreaterThan(50);
  });
});

const ROWS = routes('test', {
  change: {
    method: 'post',
    path: '/things/:id',
    summary: '',
    guard: 'user',
    rate: 'writes',
    crossOrigin: 'listed',
    params: z.object({ id: z.string().regex(/^\d+$/, 'Invalid thing ID') }),
    query: z.object({ page: z.coerce.number().default(1) }),
    body: z.object({ size: z.number() }),
    answers: { 200: z.object({ size: z.number(), page: z.number() }) },
  },
});

describe('N2: a row is mounted', () => {
  it('as origin, limit, guard, body, handler: a refusal ends the order', async () => {
    const called: string[] = [];
    let refusing = '';
    const stage =
      (name: string): RequestHandler =>
      (_req, res, next) => {
        called.push(name);
        if (refusing === name) res.status(418).end();
        else next();
      };
    const router = Router();
    const handlers: Handlers<typeof ROWS> = {
      change({ params, query, body }) {
        called.push(`handler ${params.id}`);
        return { size: body.size, page: query.page };
      },
    };
    mount(router, ROWS, handlers, {
      limit: (rate) => stage(`limit ${String(rate)}`),
      cors: (access) => stage(`cors ${String(access)}`),
      guards: {
        user: async () => {
          called.push('guard');
          if (refusing === 'guard') throw refusal(403, 'Access denied');
          return {} as never;
        },
      },
    });
    const { server, origin } = await served(express().use(router));
    const post = async (body: string, path = '/things/7', headers = {}) => {
      called.length = 0;
      const type = { 'content-type': 'application/json', ...headers };
      const answer = await fetch(origin + path, { method: 'POST', headers: type, body });
      return [answer.status, ...called];
    };
    const before = ['limit writes', 'cors listed', 'guard'];
    expect(await post('{"size":1}')).toEqual([200, ...before, 'handler 7']);
    expect(await post('{"size":"1"}')).toEqual([400, ...before]);
    expect(await post('{"size":1}', '/things/x')).toEqual([400, ...before]);
    expect(await post('{', '/things/7', { origin: 'null' })).toEqual([403]);
    refusing = 'limit writes';
    expect(await post('{')).toEqual([418, 'limit writes']);
    refusing = 'guard';
    expect(await post('{')).toEqual([403, ...before]);
    server.close();
  });

  it('or does not compile: without guard, limit, handler, or where a handler reads more', () => {
    const row = { method: 'get', path: '/x', summary: '', answers: {} } as const;
    // @ts-expect-error A row needs a guard.
    routes('test', { x: { ...row, rate: 'reads' } });
    // @ts-expect-error A row needs a limit.
    routes('test', { x: { ...row, guard: 'user' } });
    const rows = routes('test', { x: { ...row, guard: 'none', rate: 'reads' } });
    // @ts-expect-error A row needs a handler.
    const none: Handlers<typeof rows> = {};
    // @ts-expect-error The guard `none` admits without a user.
    const user: Handlers<typeof rows> = { x: ({ user: { id } }) => void id };
    // @ts-expect-error This row has no body.
    const body: Handlers<typeof rows> = { x: ({ body: { size } }) => void size };
    // @ts-expect-error Nothing but the schema of the answer is sent.
    const wrong: Handlers<typeof ROWS> = { change: () => ({ size: 'large', page: 1 }) };
    expect([none, user, body, wrong]).toHaveLength(4);
  });
});
