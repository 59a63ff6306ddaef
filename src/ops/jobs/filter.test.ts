import { describe, expect, it } from 'vitest';
import { filterOf, readMoment } from './filter.js';

describe('what npx dreamcore jobs is asked for', () => {
  it.each([
    ['90s', 90],
    ['30m', 1_800],
    ['1.5h', 5_400],
    ['7d', 604_800],
  ])('%s is that long ago', (text, seconds) => {
    expect(Date.now() - readMoment(text).getTime()).toBeCloseTo(seconds * 1_000, -3);
  });

  it('a date is a date, anything else a mistake', () => {
    expect(readMoment('2026-11-27').toISOString()).toBe('2026-11-27T00:00:00.000Z');
    expect(() => readMoment('yesterday-ish')).toThrow('neither a span');
  });

  it('kinds of messages are one kind for the database, open is two states', () => {
    expect(filterOf({ kind: 'chat', state: 'open', limit: 1 }, 'u')).toEqual({
      kinds: ['generate'],
      states: ['pending', 'processing'],
      userId: 'u',
    });
    expect(filterOf({ kind: 'renderVideo', state: 'failed', limit: 1 }, undefined)).toEqual({
      kinds: ['renderVideo'],
      states: ['failed'],
    });
  });
});
