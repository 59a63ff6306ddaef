import { expect, it } from 'vitest';
import { compareSchema, lastBeforeContract, schemaProblem, schemaRefusal } from './schema-range.js';

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
  [14, 15, 'ok'],
  [14, 99, 'ok'],
  [14, 100, 'database-newer'],
  [100, 101, 'ok'],
  [199, 200, 'database-newer'],
] as const)('O2: code of schema %i on one of %i, which a contract may part: %s', (to, at, is) => {
  expect(compareSchema({ from: 12, to, until: lastBeforeContract(to) }, at)).toBe(is);
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
