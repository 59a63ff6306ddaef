import { describe, expect, it } from 'vitest';
import { assessFailures, assessSpeed } from './modal-health.js';

const times = <T>(count: number, value: T): T[] => Array<T>(count).fill(value);
const day = (p95: number, count = 100) => ({ count, p95 });

describe('the error share of Modal', () => {
  it.each([
    ['a quiet night with a bad run', [null, 'RunCrashed'], false],
    ['nine attempts, all failed', times(9, 'RunCrashed'), false],
    ['ten attempts, three failed', [...times(7, null), ...times(3, 'ModalUnavailable')], true],
    ['exactly 5 %', [...times(95, null), ...times(5, 'RunTimedOut')], false],
    ['just above 5 %', [...times(94, null), ...times(6, 'RunTimedOut')], true],
    ['players who ask for what the model refuses', times(50, 'ModelRefused'), false],
    ['a model that is overloaded', times(50, 'ModelOverloaded'), false],
    ['nothing at all', [], false],
  ] as const)('%s', (_name, ended, isFailing) => {
    expect(assessFailures(ended).isFailing).toBe(isFailing);
  });
});

describe('the speed of Modal', () => {
  it.each([
    ['twice the median is not above it', day(80), [day(40), day(30), day(50)], false],
    ['more than twice the median is', day(80.1), [day(40), day(30), day(50)], true],
    ['one bad day does not spoil the median', day(90), [day(40), day(40), day(400)], true],
    ['an even number of days', day(91), [day(40), day(50)], true],
    ['too few generations lately', day(500, 19), [day(40), day(40)], false],
    ['too few days to compare with', day(500), [day(40)], false],
    ['quiet days do not count', day(500), [day(40), day(40, 19), day(40, 3)], false],
    ['nothing was made', { count: 0, p95: null }, [], false],
  ] as const)('%s', (_name, recent, earlier, isSlow) => {
    expect(assessSpeed(recent, earlier).isSlow).toBe(isSlow);
  });
});
