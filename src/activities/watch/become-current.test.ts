import { describe, expect, it } from 'vitest';
import { shouldBecomeCurrent } from './become-current.js';

const EARLIER = '2026-11-29T10:00:00.000Z';
const LATER = '2026-11-30T10:00:00.000Z';

describe('I1: a worker makes its build current', () => {
  it.each([
    ['none is current', LATER, null, true],
    ['the current one is gone and older', LATER, { builtAt: EARLIER, isGone: true }, true],
    ['the current one is gone and as old', LATER, { builtAt: LATER, isGone: true }, true],
    ['the current one is gone and has no time', LATER, { builtAt: null, isGone: true }, true],
    ['not when the current one is newer', EARLIER, { builtAt: LATER, isGone: true }, false],
    ['not while the current one has workers', LATER, { builtAt: EARLIER, isGone: false }, false],
    ['not without a time of its own', null, { builtAt: EARLIER, isGone: true }, false],
  ])('%s', (_when, builtAt, current, expected) => {
    expect(shouldBecomeCurrent({ builtAt, current })).toBe(expected);
  });
});
