import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MIGRATIONS_DIR } from '../../src/config.js';
import { SCHEMA_FROM } from '../../src/process/build-range.js';
import { versionOf } from '../../src/store/schema-plan.js';
import { readText } from './files.js';

/** What the files of the schema owe to databases that hold data (O1). */
const FROZEN = JSON.parse(readText('supabase/frozen-migrations.json')) as Record<string, string>;
const files = readdirSync(MIGRATIONS_DIR)
  .sort()
  .map((name) => ({ name, sql: readText(`supabase/migrations/${name}`) }));
const later = files.filter(({ name }) => !(name in FROZEN));

/** `name` → its parameters, as they stand, of each function that a file makes, in order. */
function madeIn(sql: string): { name: string; parameters: string; at: number }[] {
  return [...sql.matchAll(/create or replace function public\.(\w+)\s*\(([^)]*)\)/gi)].map(
    ({ 1: name = '', 2: parameters = '', index: at }) => ({
      name,
      parameters: parameters.replace(/\s+/g, ' ').trim(),
      at,
    }),
  );
}

/** Functions whose parameters a file changes without dropping the earlier ones by name first. */
function undropped(earlier: readonly string[], sql: string): string[] {
  const known = new Map(
    earlier.flatMap(madeIn).map(({ name, parameters }) => [name, parameters] as const),
  );
  return madeIn(sql)
    .filter(({ name, parameters, at }) => {
      const isChanged = known.has(name) && known.get(name) !== parameters;
      const drop = new RegExp(`drop function if exists public\\.${name}\\b`, 'i');
      return isChanged && !drop.test(sql.slice(0, at));
    })
    .map(({ name }) => name);
}

it('O1: a file that databases hold is never changed or removed', () => {
  for (const [name, hash] of Object.entries(FROZEN)) {
    const sql = files.find((file) => file.name === name)?.sql ?? '';
    expect(createHash('sha256').update(sql).digest('hex'), name).toBe(hash);
  }
});

it('O1: files are numbered, each number once, and new ones follow the frozen ones', () => {
  const versions = files.map(({ name }) => versionOf(name));
  expect(files.filter(({ name }) => !/^\d{4}_[a-z0-9_]+\.sql$/.test(name))).toEqual([]);
  expect(new Set(versions).size).toBe(files.length);
  const highestFrozen = Math.max(...Object.keys(FROZEN).map(versionOf));
  for (const { name } of later) expect(versionOf(name), name).toBeGreaterThan(highestFrozen);
});

it('O1: a new file says in its first line which step it is', () => {
  for (const { name, sql } of later)
    expect(sql.split('\n')[0], name).toMatch(/^-- step: (expand|fill|contract)$/);
});

it('O2: a contract file begins a new hundred, by which older code knows it', () => {
  for (const { name, sql } of files)
    expect(versionOf(name) % 100 === 0, name).toBe(sql.startsWith('-- step: contract\n'));
});

it('O1: a function whose parameters change is dropped by name before it is made', () => {
  for (const [at, { name, sql }] of files.entries())
    expect(
      undropped(
        files.slice(0, at).map((file) => file.sql),
        sql,
      ),
      name,
    ).toEqual([]);
  const earlier = ['create or replace function public.f(p_a int) returns int'];
  const changed = 'create or replace function public.f(p_a int, p_b int default 0) returns int';
  expect(undropped(earlier, changed)).toEqual(['f']);
  expect(undropped(earlier, `drop function if exists public.f(int);\n${changed}`)).toEqual([]);
});

it('O2: the oldest schema that this code works with says its version, and is in its chain', () => {
  const versions = files.map(({ name }) => versionOf(name));
  expect(SCHEMA_FROM).toBeGreaterThanOrEqual(12);
  expect(versions).toContain(SCHEMA_FROM);
});
