import { readFileSync } from 'node:fs';
import path from 'node:path';
import { METHODS } from 'node:http';
import type { Express } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_DOCUMENTS } from '../../scripts/api-docs/documents.js';
import { assembleApi } from '../../src/api/server.js';
import { parseConfig, PROJECT_ROOT } from '../../src/config.js';
import { HTTP_ROUTES } from '../../src/contracts/http-routes.js';
import { createLog } from '../../src/log.js';

/**
 * The documents of the API are made from one table of routes; here the table is held against the
 * routes that really answer.
 */
const CONFIG = parseConfig({
  SUPABASE_URL: 'http://127.0.0.1:9',
  SUPABASE_ANON_KEY: 'anon',
  SUPABASE_SERVICE_ROLE_KEY: 'service',
  CALLBACK_SECRET: 'a secret for tests with thirty-two characters',
  TEMPORAL_ADDRESS: '127.0.0.1:9',
  DATA_DIR: '/nowhere',
});

/**
 * A layer of a router, as `express` keeps it: a route, a router mounted somewhere, or a handler.
 */
interface Layer {
  readonly rawPath: unknown;
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle: { readonly stack?: readonly Layer[] };
}

/**
 * Every route below, as `GET /path`. A router that is mounted elsewhere than at the root would be
 * missed, and is refused.
 */
function routesOf(stack: readonly Layer[]): string[] {
  return stack.flatMap(({ route, handle, rawPath }) => {
    if (route)
      return METHODS.filter((method) => route.methods[method.toLowerCase()]).map(
        (method) => `${method} ${route.path}`,
      );
    if (handle.stack) expect(rawPath).toBe('/');
    return routesOf(handle.stack ?? []);
  });
}

describe('the table of routes', () => {
  let api: ReturnType<typeof assembleApi>;
  beforeAll(() => {
    api = assembleApi(CONFIG, createLog('api'));
  });
  afterAll(() => api.connection.close());
  const stackOf = (app: Express): readonly Layer[] =>
    (app.router as unknown as { stack: readonly Layer[] }).stack;

  it('holds every route that answers, and no other one', () => {
    const real = routesOf(stackOf(api.app));
    expect(real.length).toBeGreaterThan(50);
    const listed = HTTP_ROUTES.map(({ method, path: place }) => `${method.toUpperCase()} ${place}`);
    expect(listed.toSorted()).toEqual([...new Set(real)].toSorted());
    expect(new Set(listed).size).toBe(listed.length);
  });
});

describe.each(Object.entries(API_DOCUMENTS))('%s', (file, made) => {
  it('is what `npm run docs:api` writes', () => {
    expect(
      readFileSync(path.join(PROJECT_ROOT, file), 'utf8') === made(),
      'out of date: npm run docs:api',
    ).toBe(true);
  });
});

describe('docs/api/openapi.json', () => {
  it('names each operation once, and refers to nothing that is not there', () => {
    const text = API_DOCUMENTS['docs/api/openapi.json']?.() ?? '';
    const document = JSON.parse(text) as {
      paths: Record<string, Record<string, { operationId: string }>>;
      components: Record<string, Record<string, unknown>>;
    };
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [...text.matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)].map(
      ([, kind = '', name = '']) => [kind, name] as const,
    );
    expect(targets.length).toBeGreaterThan(100);
    expect(
      targets.filter(([kind, name]) => document.components[kind]?.[name] === undefined),
    ).toEqual([]);
  });
});
