import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, median, percentile, readable } from './statistics.js';

describe('statistics of the bench', () => {
  it('percentiles are values that were measured, in rank order', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([50, 95, 99, 100].map((p) => percentile(hundred, p))).toEqual([50, 95, 99, 100]);
    expect(percentile([7], 99)).toBe(7);
    expect(percentile([], 50)).toBeNaN();
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1 }),
        fc.integer({ min: 0, max: 100 }),
        (values, p) => {
          expect(values).toContain(percentile(values, p));
          expect(percentile(values, p)).toBeLessThanOrEqual(percentile(values, 100));
        },
      ),
    );
  });

  it('the median stands in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('a missed target is told, also when nothing could be measured', () => {
    expect(judge(10, { atMost: 10 })).toBe('ok');
    expect(judge(10.01, { atMost: 10 })).toBe('MISSED');
    expect(judge(5, { atLeast: 6 })).toBe('MISSED');
    expect(judge(NaN, { atMost: 10 })).toBe('MISSED');
    expect(judge(10, undefined)).toBe('');
  });

  it('numbers are short', () => {
    expect([1234.5, 12.345, 0.0123, 0].map(readable)).toEqual(['1235', '12.3', '0.012', '0.00']);
    expect(readable(NaN)).toBe('n/a');
  });
});
