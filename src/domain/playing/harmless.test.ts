import { describe, expect, it } from 'vitest';
import { isHarmless, type Thrown, type ThrowingRun } from './harmless.js';

const late = (atMs = 12_000): Thrown => ({
  when: 'touched',
  atMs,
  text: 'Error: x\n  at tick',
  isRejection: false,
});
const loading: Thrown = { ...late(0), when: 'loading' };
const run = (thrown: Thrown[], more: Partial<ThrowingRun> = {}): ThrowingRun => ({
  thrown,
  stopped: null,
  movedUntilMs: 20_000,
  ...more,
});

describe('the harmless exception (P2, M3)', () => {
  it.each<[string, boolean, ThrowingRun, ThrowingRun[], boolean?]>([
    ['came once, while loading', true, run([loading]), []],
    ['came once, late', true, run([late()]), []],
    ['came once in each run', true, run([loading]), [run([loading])]],
    ['came twice', false, run([late(), late(13_000)]), []],
    ['came in the middle', false, run([late(3_000)]), []],
    ['was the last that happened', false, run([late()], { movedUntilMs: 11_000 }), []],
    ['ended its run', false, run([late()], { stopped: { code: 'freeze' } }), []],
    ['left a game that answers to nothing', false, run([loading]), [], false],
    [
      'came in a quiet game that moves when touched',
      true,
      run([loading]),
      [run([loading], { movedUntilMs: 0 })],
    ],
    ['came where nothing moved then', false, run([]), [run([loading], { movedUntilMs: 0 })]],
  ])('%s: %s', (_, harmless, touched, others, answers = true) => {
    expect(isHarmless('Error: x', [...others, touched], { touched, answers })).toBe(harmless);
  });
});
