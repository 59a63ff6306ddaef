import { describe, expect, it } from 'vitest';
import { fateOf } from './upgrade.js';

const OPEN = { isOpen: true, isUntouched: false };

describe('U1: a run of a build that cannot go on', () => {
  it.each([
    ['generateGame', { isOpen: true, isUntouched: true }, 'startedAgain'],
    ['generateGame', OPEN, 'failed'],
    ['generateGame', { isOpen: false, isUntouched: false }, 'ended'],
    ['publishGame', OPEN, 'failed'],
    ['restoreVersion', OPEN, 'failed'],
    // Accepted, and killed before its row was made.
    ['generateGame', null, 'startedAgain'],
    ['publishGame', null, 'startedAgain'],
    // A delete goes on until everything is gone.
    ['deleteProject', OPEN, 'startedAgain'],
    ['deleteAccount', null, 'startedAgain'],
    ['adoptGuest', null, 'startedAgain'],
    ['adoptProject', OPEN, 'startedAgain'],
    ['jobStream', null, 'ended'],
    ['jobStream', OPEN, 'ended'],
    ['nameProject', null, 'ended'],
    ['collectGarbage', null, 'ended'],
  ] as const)('%s with the row %o is %s', (type, row, fate) => {
    expect(fateOf(type, row)).toBe(fate);
  });
});
