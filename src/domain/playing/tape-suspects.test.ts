import { describe, expect, it } from 'vitest';
import type { TapeFacts, TapeInput } from '../../contracts/game/tape.js';
import { suspectsInTapes } from './tape-suspects.js';

const tapAt = (atMs: number): TapeInput => ({ type: 'down', atMs, finger: 0, x: 1, y: 1 });
const factsOf = (facts: Partial<TapeFacts>): TapeFacts => ({
  ...{ moments: 120, series: {}, names: [], phases: [], words: [], isOver: false, isWon: false },
  ...{ score: null, stopped: null },
  ...facts,
});
const played: [number, string][] = [
  [1, 'title'],
  [6, 'playing'],
];

describe('P3, P4: tapes of what is changed that are done once more by real touches', () => {
  const inputs = [tapAt(500), tapAt(9_000)];
  const left: [number, string][] = [...played, [60, 'over'], [90, 'playing']];
  const tape = (now: Partial<TapeFacts>, before: Partial<TapeFacts> = { phases: left }) => ({
    ...{ inputs, forMs: 12_000, seed: 7, from: 'search' as 'search' | 'owner' },
    facts: factsOf(now),
    before: factsOf(before),
  });
  const stuck: Partial<TapeFacts> = { phases: [...played, [60, 'over']] };
  const why = (...tapes: Parameters<typeof suspectsInTapes>[0]) =>
    suspectsInTapes(tapes).map((each) => each.why);

  it('are one that stops in the change alone, by the chance of the tape', () => {
    const stopped = tape({ stopped: 'TypeError: a' });
    expect(suspectsInTapes([stopped, stopped])).toEqual([
      { inputs, begin: [], forMs: 16_000, why: 'stopped', seed: 7 },
    ]);
    expect(why(tape({ stopped: 'TypeError: a' }, { stopped: 'TypeError: b' }))).toEqual([]);
  });

  it('are one that no more leaves an end that it left, until that end', () => {
    expect(suspectsInTapes([tape(stuck)])).toEqual([
      { inputs: [tapAt(500)], begin: [], forMs: 8_500, why: 'stuck', seed: 7 },
    ]);
    expect(why(tape(stuck, stuck), tape({ phases: left }), tape({ phases: played }))).toEqual([]);
  });

  it('are one that does not leave an end that it left too soon to be seen', () => {
    expect(why(tape(stuck, { phases: played }))).toEqual(['stuck']);
  });

  it('are one that stands still for good in the change alone', () => {
    const names = (until: number) => Array.from({ length: 120 }, (_, at) => Math.min(at, until));
    const touches = Array.from({ length: 20 }, (_, at) => tapAt(500 * (at + 1)));
    const drag: TapeInput = { type: 'move', atMs: 11_000, finger: 0, x: 9, y: 9 };
    const inTape = (until: number, before: number) => ({
      ...tape({ names: names(until), phases: played }, { names: names(before), phases: played }),
      inputs: [...touches, drag],
    });
    expect(suspectsInTapes([inTape(40, 100)])).toEqual([
      { inputs: touches.slice(0, 8), begin: [], forMs: 4_100, why: 'locked', seed: 7 },
    ]);
    expect(why(inTape(40, 60), inTape(100, 119))).toEqual([]);
  });

  it('are one that no more reaches a phase, from what it did otherwise on', () => {
    const touches = Array.from({ length: 24 }, (_, at) => tapAt(500 * (at + 1)));
    const names = (until: number) =>
      Array.from({ length: 120 }, (_, at) => at + (at > until ? 5 : 0));
    const inTape = (until: number, more: Partial<TapeFacts> = {}) => ({
      ...tape(
        { names: names(until), phases: played, ...more },
        { names: names(120), phases: left },
      ),
      inputs: touches,
    });
    expect(suspectsInTapes([inTape(40)])).toEqual([
      ...[{ inputs: touches, begin: touches.slice(0, 10), forMs: 12_000, seed: 7 }].map((of) => {
        return { ...of, why: 'deafSince' };
      }),
    ]);
    expect(why(inTape(60), inTape(40, { phases: [...played, [50, 'paused']] }))).toEqual([]);
    expect(why({ ...inTape(40), before: factsOf({ names: names(120), phases: played }) })).toEqual(
      [],
    );
  });

  it('are one of a game that moved by itself, and rests at its title in all tapes now', () => {
    const rests = Array.from({ length: 120 }, (_, at) => Math.floor(at / 5));
    const moves = Array.from({ length: 120 }, (_, at) => at);
    const was = { phases: played, names: moves };
    const title: Partial<TapeFacts> = { phases: [[1, 'title']], names: rests };
    const back = (now: Partial<TapeFacts> = {}, before: Partial<TapeFacts> = was) =>
      tape({ ...title, ...now }, before);
    expect(suspectsInTapes([back(), back()])).toEqual([
      { inputs, begin: [], forMs: 12_000, why: 'backAtTitle', seed: 7 },
    ]);
    expect(why(back())).toEqual([]);
    expect(why(back(), back({ phases: played }))).toEqual([]);
    expect(why(back(), back({ names: moves }))).toEqual([]);
    expect(why(back(), back({ score: { first: 0, most: 3 } }))).toEqual([]);
    expect(why(back(), back({}, { ...was, names: rests }))).toEqual([]);
  });

  it('are none that an owner has sent', () => {
    const from = 'owner' as const;
    expect(why({ ...tape({ stopped: 'freeze' }), from }, { ...tape(stuck), from })).toEqual([]);
  });
});
