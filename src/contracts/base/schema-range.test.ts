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
