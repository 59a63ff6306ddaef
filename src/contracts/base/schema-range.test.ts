import { expect, it } from 'vitest';
import { compareSchema, schemaProblem, schemaRefusal } from './schema-range.js';

const RANGE = { from: 12, to: 14 };

it.each([
  [11, 'database-older'],
  [0, 'database-older'],
  [12, 'ok'],
  [14, 'ok'],
  [15, 'database-newer'],
  [null, 'unknown-chain'],
] as const)('O2: a database of schema %s is %s for 12 to 14', (version, verdict) => {
  expect(compareSchema(RANGE, version)).toBe(verdict);
  expect(schemaRefusal(RANGE, version) === null).toBe(verdict === 'ok');
});

it.each([
  [15, 'ok'],
  [99, 'ok'],
  [100, 'database-newer'],
] as const)('O2: code up to 14 on a schema of %i, which 100 parts from it: %s', (at, verdict) => {
  expect(compareSchema({ ...RANGE, until: 99 }, at)).toBe(verdict);
});

it('O2: --fresh is named only where no migration leads', () => {
  const named = [0, 11, 13, 15, null].filter((version) =>
    schemaRefusal(RANGE, version)?.includes('--fresh'),
  );
  expect(named).toEqual([null]);
});

it('O5: what is wrong with functions is told of a database that is ours only', () => {
  expect(schemaProblem(RANGE, { version: 13, unsound: [] })).toBeNull();
  expect(schemaProblem(RANGE, { version: 13, unsound: ['open_job'] })).toContain('open_job');
  expect(schemaProblem(RANGE, { version: 15, unsound: ['open_job'] })).toContain('newer');
});
