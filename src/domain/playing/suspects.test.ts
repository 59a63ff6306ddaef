import { describe, expect, it } from 'vitest';
import type { TapeFacts, TapeInput } from '../../contracts/game/tape.js';
import { suspectsIn } from './suspects.js';

const tapAt = (atMs: number): TapeInput => ({ type: 'down', atMs, finger: 0, x: 1, y: 1 });
const begin = [tapAt(500)];
const life = (facts: Partial<TapeFacts>, inputs = [...begin, tapAt(9_000)]) => ({
  inputs,
  begin,
  forMs: 12_000,
  facts: {
    ...{ moments: 120, series: {}, names: [], phases: [], words: [], isOver: false, isWon: false },
    ...{ score: null, stopped: null },
    ...facts,
  },
});
const played: [number, string][] = [
  [1, 'title'],
  [6, 'playing'],
];

describe('P3: lives that are done once more by real touches', () => {
  it('are none where nothing is wrong', () => {
    const over: [number, string][] = [...played, [80, 'over'], [100, 'playing']];
    expect(suspectsIn([life({}), life({ phases: over }), life({ phases: played })])).toEqual([]);
  });

  it('are the first of each exception or freeze, two at most, with what stopped each', () => {
    const lives = ['TypeError: a', 'TypeError: a', 'freeze', 'TypeError: b'].map((stopped, at) => ({
      ...life({ stopped }),
      forMs: at,
    }));
    expect(suspectsIn(lives).map(({ forMs }) => forMs)).toEqual([4_000, 4_002]);
    const [frozen] = suspectsIn([{ ...life({ stopped: 'freeze' }), forMs: 8_000 }]);
    expect(frozen?.inputs).toEqual([...begin, tapAt(9_000)]);
  });

  it('are one whose end was not left, until that end', () => {
    const stuck = life({ phases: [...played, [80, 'over']] });
    expect(suspectsIn([stuck, stuck])).toEqual([
      { inputs: begin, begin, forMs: 10_500, why: 'stuck' },
    ]);
  });

  it('are none where another life has left an end of that name', () => {
    const left = life({ phases: [...played, [80, 'over'], [100, 'playing']] });
    const stuck = (end: string) => life({ phases: [...played, [80, end]] });
    expect(suspectsIn([left, stuck('over')])).toEqual([]);
    expect(suspectsIn([left, stuck('won')]).map(({ why }) => why)).toEqual(['stuck']);
  });

  it('are one that is over at once, as all the others are', () => {
    const soon = life({ phases: [...played, [14, 'over'], [30, 'title']] });
    const lives = Array.from({ length: 4 }, () => soon);
    expect(suspectsIn(lives)).toEqual([{ inputs: begin, begin, forMs: 3_900, why: 'soonOver' }]);
    const late = life({ phases: [...played, [14, 'over'], [50, 'playing'], [80, 'over']] });
    expect(suspectsIn([...lives, late])).toEqual([]);
    const begunLate = life({
      phases: [
        [1, 'title'],
        [40, 'playing'],
        [42, 'lost'],
      ],
    });
    expect(suspectsIn([...lives, begunLate]).map(({ why }) => why)).toEqual(['stuck']);
    expect(suspectsIn(lives.slice(1))).toEqual([]);
  });

  it('are one that is stuck although each of its lives throws once while it loads', () => {
    const stopped = 'TypeError: a';
    const ended = life({ stopped, phases: [...played, [60, 'won']] });
    const whys = (...lives: Parameters<typeof suspectsIn>[0]) =>
      suspectsIn(lives).map(({ why }) => why);
    expect(whys(ended, life({ stopped, phases: played }))).toEqual(['stopped', 'stuck']);
    expect(whys(ended, life({ phases: played }))).toEqual(['stopped']);
  });

  it('are that whose end stood for longest', () => {
    const ended = (at: number) => life({ phases: [...played, [at, 'over']] });
    expect(suspectsIn([ended(80), ended(60)]).map(({ forMs }) => forMs)).toEqual([8_500]);
    expect(suspectsIn([ended(110)])).toEqual([]);
  });

  describe('of a game that may answer to nothing', () => {
    const moveAt = (atMs: number): TapeInput => ({ ...tapAt(atMs), type: 'move' }) as TapeInput;
    const touches = Array.from({ length: 14 }, (_, at) => tapAt(2_000 + 500 * at)).concat(
      [5_000, 6_000, 7_000, 8_000].map(moveAt),
    );
    const names = (from: number) => Array.from({ length: 120 }, (_, at) => Math.min(at, from));
    const alone = (phases = played) => life({ names: names(120), phases }, begin);
    const touched = (more: Partial<TapeFacts> = {}) =>
      life({ names: names(120), phases: played, ...more }, [...begin, ...touches]);
    const whys = (...lives: Parameters<typeof suspectsIn>[0]) =>
      suspectsIn(lives).map(({ why }) => why);

    it('are the most touched one, where each goes as the one that waits', () => {
      expect(whys(alone(), touched(), touched())).toEqual(['deaf']);
      expect(whys(alone([[1, 'title']]), touched(), touched())).toEqual(['unbegun']);
      expect(whys(alone(), touched(), touched({ names: names(100) }))).toEqual([]);
      expect(whys(alone(), touched())).toEqual([]);
      const left = life({ names: names(40).slice(0, 60), phases: played }, begin);
      expect(whys(left, touched(), touched())).toEqual([]);
      expect(whys(left, ...[1, 2].map(() => touched({ names: names(40) })))).toEqual(['deaf']);
      expect(whys(alone(), life({ names: names(120) }), life({ names: names(120) }))).toEqual([]);
    });

    it('are the most touched one of a game that ends by itself, as it does untouched', () => {
      const ends = (at: number): [number, string][] => [...played, [at, 'over'], [90, 'playing']];
      const waits = (at: number) => ({
        ...alone(ends(at)),
        inputs: [...begin, tapAt(9_000)],
      });
      const ended = (at: number, from: number) => touched({ phases: ends(at), names: names(from) });
      expect(suspectsIn([waits(60), ended(60, 70), ended(60, 80)])).toEqual([
        {
          ...{ begin, forMs: 5_800, why: 'deafUntilEnd' },
          inputs: [...begin, ...touches].filter(({ atMs }) => atMs <= 5_800),
        },
      ]);
      expect(whys(waits(60), ended(60, 70), ended(60, 50))).toEqual([]);
      expect(whys(waits(60), ended(60, 70))).toEqual([]);
      expect(whys(waits(21), ...[1, 2, 3].map(() => ended(21, 70)))).toEqual([]);
    });

    it('are one that is as if untouched whenever no finger is down', () => {
      const taps = Array.from({ length: 12 }, (_, at): TapeInput[] => [
        tapAt(3_000 + 700 * at),
        { type: 'up', atMs: 3_100 + 700 * at, finger: 0 },
      ]).flat();
      const atTouches = (isKept: boolean) =>
        Array.from({ length: 120 }, (_, at) =>
          at >= 30 && at < 110 && (isKept || (at - 30) % 7 < 2) ? 1_000 : at,
        );
      const played = (isKept: boolean) =>
        life({ ...touched().facts, names: atTouches(isKept) }, [...begin, ...taps]);
      const up: TapeInput = { type: 'up', atMs: 566, finger: 0 };
      const waits = { ...alone(), inputs: [...begin, up], begin: [...begin, up] };
      const both = (isKept: boolean) =>
        [1, 2].map(() => {
          const { inputs, ...rest } = played(isKept);
          return {
            ...rest,
            inputs: [...inputs, up].toSorted((one, other) => one.atMs - other.atMs),
          };
        });
      expect(whys(waits, ...both(false))).toEqual(['fruitless']);
      expect(whys(waits, ...both(true))).toEqual([]);
    });

    it('are one that stands still for good, whatever is touched, and is not at its end', () => {
      const still = (more: Partial<TapeFacts> = {}) => touched({ names: names(28), ...more });
      expect(suspectsIn([still()])).toEqual([
        { inputs: [...begin, tapAt(2_000), tapAt(2_500)], begin, forMs: 2_900, why: 'locked' },
      ]);
      expect(whys(still({ names: names(85) }))).toEqual([]);
      expect(whys(life(still().facts, still().inputs.slice(0, -4)))).toEqual([]);
      expect(whys(still({ phases: [...played, [40, 'paused']] }))).toEqual([]);
      expect(whys(still({ names: names(15) }))).toEqual([]);
    });

    it.each([
      ['Left thumb flies, right thumb fires', true],
      ['One thumb each. Tap to serve', true],
      ['両手のゆびで同時に', true],
      ['Swipe with one finger', false],
      ['Left and right turn, thumbs up!', false],
    ])('are one that asks for two fingers: %s', (line, isAsked) => {
      expect(whys(life({ words: [line] }), life({ words: [line] }))).toEqual(
        isAsked ? ['twoFingers'] : [],
      );
    });
  });
});
