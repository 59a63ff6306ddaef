import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HTTP_ROUTES } from '../../src/contracts/http-routes/index.js';
import { CLIENT_FRAMES } from '../../src/contracts/wire/client-frames.js';
import { routeOf } from '../contract/http/documented.js';
import { ENDPOINTS } from '../contract/http/endpoints.js';
import { readText } from './files.js';

/** Routes that tests of their own ask, because they need more than rows can say. */
const ELSEWHERE = [
  'get /game/published/:gameId/:revision/{*path}',
  'get /zap',
  'get /zap/:id',
  'post /callback/actions/:actionId',
];

it('every route has a row in test/contract/http/endpoints, or a test of its own', () => {
  const asked = new Set(Object.values(ENDPOINTS).flatMap((rows) => rows.map(routeOf)));
  const missing = HTTP_ROUTES.filter((route) => !asked.has(route));
  expect(missing.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(ELSEWHERE);
});

it('every frame of a client is sent by a test in test/contract/ws', () => {
  const files = readdirSync('test/contract/ws').filter((name) => name.endsWith('.ts'));
  const text = files.map((name) => readText(`test/contract/ws/${name}`)).join('');
  const missing = Object.keys(CLIENT_FRAMES).filter((type) => !text.includes(`type: '${type}'`));
  expect(missing).toEqual([]);
});
