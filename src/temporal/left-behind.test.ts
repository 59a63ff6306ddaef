import { describe, expect, it } from 'vitest';
import { worksWith } from './left-behind.js';

const range = (schema: [number, number], store: [number, number]) => ({
  schema: { from: schema[0], to: schema[1] },
  store: { from: store[0], to: store[1] },
});
const OWN = range([18, 20], [1, 2]);

describe('U1: a build of before', () => {
  it.each([
    ['has no range', null, false],
    ['knows the schema and the store as they are now', range([12, 20], [1, 2]), true],
    ['knows newer ones as well', range([18, 25], [2, 3]), true],
    ['does not know the schema that this one brings', range([12, 19], [1, 2]), false],
    ['needs a newer schema', range([21, 25], [1, 2]), false],
    ['does not know the store that this one brings', range([12, 20], [1, 1]), false],
    ['needs a newer store', range([12, 20], [3, 3]), false],
  ] as const)('that %s', (_what, build, expected) => {
    expect(worksWith(build, OWN)).toBe(expected);
  });
});
