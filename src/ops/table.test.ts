import { describe, expect, it } from 'vitest';
import { duration, money, renderTable } from './table.js';

describe('tables for a terminal', () => {
  it('stand in columns, also with Japanese in them; numbers stand right', () => {
    const rows = [
      ['猫', 'x', '1'],
      ['abc', 'y', '10'],
    ];
    expect(renderTable(['who', 'what', 'n'], rows, 2)).toBe(
      ['who  what   n', '猫   x      1', 'abc  y     10'].join('\n'),
    );
  });

  it.each([
    [0.44, '0.4 s'],
    [12.3, '12 s'],
    [200, '3 min 20 s'],
    [7_500, '2 h 5 min'],
    [345_600, '4 d'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it('small amounts have four digits', () => {
    expect([money(0), money(0.0123), money(1.2)]).toEqual(['$0.00', '$0.0123', '$1.20']);
  });
});
