import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_DOCUMENTS } from '../../scripts/api-docs/documents.js';
import { assembleApi } from '../../src/api/server.js';
import { parseConfig, PROJECT_ROOT } from '../../src/config.js';
import { createLog } from '../../src/telemetry/log.js';

/**
 * The documents of the API are made from one table of routes. The API holds the table against the
 * routes that really answer (src/api/http/route-table.test.ts).
 */
const CONFIG = parseConfig({
  SUPABASE_URL: 'http://127.0.0.1:9',
  SUPABASE_ANON_KEY: 'anon',
  SUPABASE_SERVICE_ROLE_KEY: 'service',
  CALLBACK_SECRET: 'a secret for tests with thirty-two characters',
  TEMPORAL_ADDRESS: '127.0.0.1:9',
  DATA_DIR: '/nowhere',
});

describe('the table of routes', () => {
  it('is what the API mounts: the API refuses to be assembled otherwise', async () => {
    const { connection } = assembleApi(CONFIG, createLog('api'));
    await connection.close();
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
