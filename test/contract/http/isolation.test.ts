import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGamePathSigner } from '../../../src/api/games/signed-path.js';
import { ask, startApi, type ApiProcess } from './api-process.js';
import { matching } from './matchers.js';
import { GAME_FILES, startTestApi, PAGE, type TestApi } from './test-api.js';
import { upgrade } from './upgrade.js';

/** What a game can reach, and who can reach a game. */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const HOUR_MS = 3_600_000;
const at = (path: string): string =>
  path
    .replace(':alice', api.alice.id)
    .replace(':game', api.gameId)
    .replace(':token', api.alice.accessToken)
    .replace(':bobstoken', api.bob.accessToken);
const signed = (
  grant: { userId?: string; projectId?: string; expiresAtMs?: number } = {},
  secret = api.env['CALLBACK_SECRET'] ?? '',
) =>
  createGamePathSigner(secret).sign({
    userId: api.alice.id,
    projectId: api.gameId,
    expiresAtMs: Date.now() + HOUR_MS,
    ...grant,
  });

describe('a token in the address of a game', () => {
  it('is exchanged for a signed path that keeps ?t= and nothing of the token', async () => {
    const answer = await api.ask(at('/game/:alice/:game/index.html?t=1700&access_token=:token'));
    expect([answer.status, answer.headers['cache-control']]).toEqual([302, 'no-store']);
    expect(answer.headers['location']).toMatch(/^\/game\/~[\w-]+\/index\.html\?t=1700$/);
    expect(JSON.stringify(answer.headers) + answer.text).not.toContain(
      api.alice.accessToken.slice(-20),
    );
    const page = await api.ask(answer.headers['location'] ?? '');
    expect(page.status).toBe(200);
    expect(page.text).toContain('gameLoaded');
  });

  it('the files beside the page load under that path without a token', async () => {
    const { headers } = await api.ask(at('/game/:alice/:game/?access_token=:token'));
    const page = new URL(headers['location'] ?? '', 'http://app.test');
    for (const file of ['style.css', 'assets/js/main.js', 'photo.PNG']) {
      const answer = await api.ask(new URL(file, page).pathname);
      expect([file, answer.status, answer.bytes]).toEqual([
        file,
        200,
        Buffer.from(GAME_FILES[file] ?? ''),
      ]);
    }
  });

  it.each([
    [
      '/game/:alice/:game/index.html?access_token=garbage',
      401,
      { error: 'Invalid or expired token' },
    ],
    ['/game/:alice/:game/index.html?access_token=:bobstoken', 403, { error: 'Access denied' }],
    ['/game/nonsense/:game/index.html?access_token=:token', 400, { error: 'Invalid ID format' }],
    ['/game/:alice/:game/..%2Fx?access_token=:token', 400, { error: 'Invalid file path' }],
  ])('%s: %i', async (path, status, body) => {
    const answer = await api.ask(at(path.replace(':bobstoken', api.bob.accessToken)));
    expect([answer.status, answer.json()]).toEqual([status, body]);
  });
});

describe('a signed path', () => {
  it.each<[string, () => string, number, object]>([
    [
      'whose time is over',
      () => signed({ expiresAtMs: Date.now() - 1 }),
      401,
      { error: 'Invalid or expired token' },
    ],
    [
      'that another secret made',
      () => signed({}, 'another secret with thirty-two characters!'),
      401,
      { error: 'Invalid or expired token' },
    ],
    [
      'with a changed character',
      () => `${signed().slice(0, 10)}${signed()[10] === 'A' ? 'B' : 'A'}${signed().slice(11)}`,
      401,
      { error: 'Invalid or expired token' },
    ],
    ['that is nonsense', () => 'nonsense', 401, { error: 'Invalid or expired token' }],
    [
      "for another user's project",
      () => signed({ userId: api.bob.id }),
      404,
      { error: 'Project not found' },
    ],
    [
      'for a project that is gone',
      () => signed({ projectId: '00000000-0000-4000-8000-000000000000' }),
      404,
      { error: 'Project not found' },
    ],
  ])('%s opens nothing', async (_, make, status, body) => {
    const answer = await api.ask(`/game/~${make()}/index.html`);
    expect([answer.status, answer.json()]).toEqual([status, body]);
  });

  it.each([
    ['.env', 404],
    ['.git/config', 404],
    ['..%2F..%2Fetc%2Fpasswd', 400],
    ['../../etc/passwd', 400],
  ])('leads to %s: %i', async (file, status) => {
    expect((await api.ask(`/game/~${signed()}/${file}`)).status).toBe(status);
  });

  it('is written to no log', async () => {
    const segment = signed();
    await api.ask(`/game/~${segment}/nothing-here`);
    await expect.poll(() => api.process.output()).toContain('/nothing-here');
    expect(api.process.output()).not.toContain(segment);
  });
});

describe('headers of everything that a model wrote', () => {
  it.each<[string, () => string, number]>([
    ['a page', () => `/game/~${signed()}/index.html`, 200],
    ['an image', () => `/game/~${signed()}/photo.PNG`, 200],
    ['an SVG', () => `/game/~${signed()}/image.svg`, 200],
    ['a file that is not there', () => `/game/~${signed()}/nothing`, 404],
    ['a way out', () => `/game/~${signed()}/..%2Fx`, 400],
    ['a redirect', () => at('/game/:alice/:game/index.html?access_token=:token'), 302],
    ['a refusal', () => at('/game/:alice/:game/index.html'), 401],
  ])('%s', async (_, path, status) => {
    const answer = await api.ask(path());
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
    });
    expect(answer.headers).not.toHaveProperty('x-frame-options');
    const policy = new Map(
      (answer.headers['content-security-policy'] ?? '').split('; ').map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources];
      }),
    );
    expect(policy.get('sandbox')).toEqual(['allow-scripts', 'allow-pointer-lock']);
    expect(policy.get('default-src')).toEqual(["'none'"]);
    expect(policy.get('form-action')).toEqual(["'none'"]);
    expect(policy.get('base-uri')).toEqual(["'none'"]);
    expect(policy.get('frame-ancestors')).toEqual(["'self'", 'http://app.test:3000']);
    const reachable = policy.get('connect-src') ?? [];
    expect(reachable).toContain(`127.0.0.1:${api.process.port}/game/`);
    expect(
      reachable.filter(
        (source) =>
          !/^[\w.:]+\/(game|vendor|user-assets|global-assets)\/$|^(data|blob):$/.test(source),
      ),
    ).toEqual([]);
  });

  it('a Host that would end a directive stays out of the policy', async () => {
    const answer = await api.ask(`/game/~${signed()}/index.html`, {
      headers: { host: 'x;script-src *' },
    });
    expect(answer.headers['content-security-policy']).not.toContain('script-src *');
  });
});

it('a sketch has the policy of games, for ever under its version', async () => {
  const led = await api.ask('/sketch/runner-3d-en@0123456789abcdef');
  const sketch = await api.ask(led.headers['location'] ?? '');
  expect([led.status, sketch.status]).toEqual([302, 200]);
  expect(sketch.headers['cache-control']).toContain('immutable');
  expect(sketch.headers['content-security-policy']).toMatch(/^sandbox allow-scripts/);
  expect(sketch.text).toContain('sketchWords');
});

describe('Origin: null may read game files and nothing else', () => {
  it.each<[method: string, path: string, status: number]>([
    ['GET', '/game/~:signed/index.html', 200],
    ['HEAD', '/game/~:signed/index.html', 200],
    ['GET', '/vendor/three@0.187.0/three.module.js', 200],
    ['GET', '/lib/p5.min.js', 200],
    ['GET', '/lib/supabase.min.js', 403],
    ['GET', '/user-assets/x/y.png', 404],
    ['GET', '/global-assets/x/y.png', 404],
    ['POST', '/game/~:signed/index.html', 403],
    ['OPTIONS', '/game/~:signed/index.html', 403],
    ['GET', '/api/health', 403],
    ['GET', '/api/projects', 403],
    ['POST', '/api/jobs/x/cancel', 403],
    ['GET', '/', 403],
    ['GET', '/js/pages/create.js', 403],
    ['GET', '/rest/v1/projects', 403],
    ['POST', '/auth/v1/token?grant_type=password', 403],
    ['POST', '/callback/x', 403],
  ])('%s %s: %i', async (method, path, status) => {
    const answer = await api.ask(path.replace(':signed', signed()), {
      method,
      headers: { origin: 'null' },
    });
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('not even with a token', async () => {
    expect(
      (await api.ask('/api/projects', { as: api.alice, headers: { origin: 'null' } })).status,
    ).toBe(403);
  });
});

describe('other origins (rest.md §1.4)', () => {
  it.each([['http://friend.test'], ['http://app.test:3000']])('%s is listed', async (origin) => {
    const answer = await api.ask(`/game/~${signed()}/style.css`, { headers: { origin } });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, OPTIONS',
      'access-control-allow-headers': 'Content-Type, Authorization',
      'access-control-allow-credentials': 'true',
      vary: matching(/Origin/),
    });
  });

  it('an unlisted one reads game files without credentials, and no API answer', async () => {
    const origin = 'http://evil.test';
    const file = await api.ask(`/game/~${signed()}/style.css`, { headers: { origin } });
    expect([
      file.headers['access-control-allow-origin'],
      file.headers['access-control-allow-credentials'],
    ]).toEqual(['*', undefined]);
    for (const path of ['/api/projects', '/api/assets/x', '/']) {
      expect((await api.ask(path, { headers: { origin } })).headers).not.toHaveProperty(
        'access-control-allow-origin',
      );
    }
  });

  it.each(['/game/x', '/user-assets/x/y', '/global-assets/x/y', '/api/assets/x'])(
    'OPTIONS %s is OK for everybody',
    async (path) => {
      const answer = await api.ask(path, {
        method: 'OPTIONS',
        headers: { origin: 'http://evil.test' },
      });
      expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([
        200,
        'OK',
        'text/plain; charset=utf-8',
      ]);
    },
  );

  it.each([
    [undefined, 101],
    ['http://friend.test', 101],
    ['http://app.test:3000', 101],
    ['same host', 101],
    ['null', 403],
    ['http://evil.test', 403],
    ['http://127.0.0.1:1', 403],
  ])('a WebSocket from %s: %i', async (origin, status) => {
    expect(
      await upgrade(api.process.port, origin === 'same host' ? api.process.baseUrl : origin),
    ).toBe(status);
  });
});

describe('GAMES_ORIGIN: games live on a host of their own', () => {
  let another: ApiProcess;
  beforeAll(async () => {
    another = await startApi({ ...api.env, GAMES_ORIGIN: 'http://games.test' });
  });
  afterAll(() => another.stop());
  const onGamesHost = { host: 'games.test' };

  it.each(['header', 'query'])('the app sends a game there, authorised by %s', async (way) => {
    const token = api.alice.accessToken;
    const answer =
      way === 'header'
        ? await ask(another.port, at('/game/:alice/:game/index.html?t=1'), {
            headers: { authorization: `Bearer ${token}` },
          })
        : await ask(another.port, at('/game/:alice/:game/index.html?t=1&access_token=:token'));
    expect(answer.status).toBe(302);
    expect(answer.headers['location']).toMatch(
      /^http:\/\/games\.test\/game\/~[\w-]+\/index\.html\?t=1$/,
    );
    const { pathname } = new URL(answer.headers['location'] ?? '');
    const page = await ask(another.port, pathname, { headers: onGamesHost });
    expect(page.text.replace(/<script>"use strict";.*?<\/script>/s, '')).toBe(PAGE);
    expect(page.headers['content-security-policy']).toContain(
      "frame-ancestors 'self' http://app.test:3000",
    );
  });

  it.each([
    '/api/health',
    '/api/projects',
    '/',
    '/create',
    '/rest/v1/',
    '/auth/v1/health',
    '/lib/supabase.min.js',
  ])('that host has no %s', async (path) => {
    expect((await ask(another.port, path, { headers: onGamesHost })).status).toBe(404);
  });

  it('that host has the libraries, and no sockets', async () => {
    expect(
      (await ask(another.port, '/vendor/three@0.187.0/three.core.js', { headers: onGamesHost }))
        .status,
    ).toBe(200);
    const led = await ask(another.port, '/sketch/catch-ja');
    expect(led.headers['location']).toMatch(/^http:\/\/games\.test\/sketch\/catch-ja@/);
    expect(await upgrade(another.port, undefined, 'games.test')).toBe(403);
  });

  it('pages may frame it', async () => {
    expect((await ask(another.port, '/')).headers['content-security-policy']).toContain(
      "frame-src 'self' http://games.test",
    );
  });
});
