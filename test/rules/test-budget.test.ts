import { expect, it } from 'vitest';
import { overBudget, resultTable } from '../../scripts/test-budget.js';

const step = (name: string, processor: number) => ({
  ...{ step: name, seconds: 10, passed: 1, failed: 0, problem: null },
  processor,
});
const results = [step('test:unit', 80), step('types', 5)];

it('a step over its budget, and a sum over it, are named with both numbers', () => {
  expect(overBudget(results, { 'test:unit': 80, types: 5, total: 85 })).toEqual([]);
  expect(overBudget(results, { 'test:unit': 79, total: 84 })).toEqual([
    'test:unit worked 80 s of processor of 79',
    'total worked 85 s of processor of 84',
  ]);
});

it('the table shows what was used and what is allowed', () => {
  const table = resultTable(results, 20, { 'test:unit': 90, total: 100 });
  expect(table).toMatch(/test:unit +10\.0 s +80\.0 of 90 +s of processor +ok +1 passed, 0 failed/);
  expect(table).toMatch(/total +20\.0 s +85\.0 of 100 +s of processor$/);
});
