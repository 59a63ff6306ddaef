import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_DOCUMENTS } from '../../scripts/api-docs/documents.js';
import { PROJECT_ROOT } from '../../src/config.js';

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
