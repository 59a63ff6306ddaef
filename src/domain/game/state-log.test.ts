import { describe, expect, it } from 'vitest';
import { StateLog } from '../../contracts/game/play.js';
import { stateLog } from './state-log.js';

const calm = { overAtMs: null, restart: 'notTried' } as const;

describe('what a game told of its state', () => {
  it('is a line for each change, and how it ended', () => {
    const log = stateLog(
      { states: ['a', 'a', 'b'] },
      { states: ['a', 'c', 'c'], overAtMs: 900.4, restart: 'restarted' },
    );
    expect(log).toEqual([
      'left alone: a',
      'left alone: b',
      'touched: a',
      'touched: c',
      'end: over after 900 ms; it was begun again',
    ]);
    expect(stateLog({ states: [] }, { states: [], ...calm })).toEqual([
      'end: it was not over while it was played',
    ]);
  });

  it('has a line that is typed letter by letter once, and each number', () => {
    const state = (line: string, score: string): string => JSON.stringify([[], [line, score], []]);
    const typed = ['む', 'むか', 'むかし'].map((line) => state(line, '1'));
    const states = [...typed, state('むかし', '10'), state('いま', '10')];
    const log = stateLog({ states: [] }, { states, ...calm });
    expect(log.slice(0, -1)).toEqual(states.slice(2).map((each) => `touched: ${each}`));
  });

  it('of many changes keeps the first and the last, of a long one the beginning', () => {
    const states = Array.from({ length: 500 }, (_, at) => `${at} ${'🎮'.repeat(2_000)}`);
    const log = stateLog({ states }, { states, ...calm });
    expect(log.length).toBe(31);
    expect(log[0]).toMatch(/^left alone: 0 🎮/u);
    expect(log.at(-2)).toMatch(/^touched: 499 🎮/u);
    expect(StateLog.safeParse(log).success).toBe(true);
  });
});
