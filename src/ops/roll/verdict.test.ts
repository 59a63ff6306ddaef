import { describe, expect, it } from 'vitest';
import { whyWorse } from './verdict.js';

const ended = (failed: number, all: number, broken = 0) => ({ ended: all, failed, broken });

describe('O4: a build goes back', () => {
  it.each([
    ['with one run that fails in its code', ended(0, 0, 1), ended(0, 100)],
    ['when three of ten fail and none did', ended(3, 10), ended(0, 100)],
    ['when failures are more than twice the usual', ended(50, 100), ended(20, 100)],
  ])('%s', (_when, now, before) => {
    expect(whyWorse(now, before)).not.toBeNull();
  });

  it.each([
    ['while nothing has ended', ended(0, 0), ended(5, 100)],
    ['for two failures', ended(2, 2), ended(0, 100)],
    ['when it fails as often as the one before', ended(30, 100), ended(30, 100)],
    ['for a share that is hardly larger', ended(3, 40), ended(0, 100)],
  ])('not %s', (_when, now, before) => {
    expect(whyWorse(now, before)).toBeNull();
  });
});
