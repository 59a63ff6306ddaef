import { describe, expect, it } from 'vitest';
import type { TapeInput } from '../../contracts/game/tape.js';
import type { Suspect } from '../../domain/playing/suspects.js';
import { FRAME_MS } from '../../game-page/names.js';
import type { Place } from './gestures.js';
import { livedAgain } from './lived.js';
import type { PlayedRun } from './run.js';

const tapAt = (atMs: number): TapeInput => ({ type: 'down', atMs, finger: 0, x: 5, y: 5 });
const begin: TapeInput[] = [tapAt(500), { type: 'up', atMs: 566, finger: 0 }];
const suspect = (why: Suspect['why']): Suspect => ({
  inputs: [...begin, tapAt(2_000)],
  begin,
  forMs: 4_000,
  why,
});

const atOf = ({ atMs }: TapeInput): number => atMs;
const downsIn = ({ inputs }: Suspect) => inputs.filter(({ type }) => type === 'down');

/** What a game shows and does by the inputs that it hears. */
const seen = (state: string, restart: PlayedRun['restart'] = 'notTried') =>
  ({ states: [state], shots: [], restart }) as unknown as PlayedRun;

describe('P3: a life that is done once more by real touches', () => {
  it.each([
    ['goes as it does without them', () => seen('same'), true],
    ['goes by the same bits of time', (life: Suspect) => seen(life.inputs.map(atOf).join()), true],
    ['is answered', (life: Suspect) => seen(`${downsIn(life).length}`), false],
  ])('that %s', async (_, game, isDeaf) => {
    expect((await livedAgain(suspect('deaf'), async (life) => game(life))).isDeaf).toBe(isDeaf);
  });

  it.each([
    ['locked alone', ({ inputs }: Suspect) => inputs.length > 2, 'stuck'],
    ['never answered', () => true, 'notTried'],
    ['answered', () => false, 'restarted'],
  ])('and is %s', async (_, isLocked, restart) => {
    const run = async (life: Suspect) => seen('', isLocked(life) ? 'stuck' : 'restarted');
    expect(await livedAgain(suspect('locked'), run)).toMatchObject({ restart, isDeaf: false });
  });

  it.each<[string, number[], number, number]>([
    ['throws again later', [3_000, 5_000], 9_000, 2],
    ['stands still since it threw', [3_000], 3_000, 1],
    ['throws at once', [700, 3_000], 3_000, 0],
    ['throws once and goes on', [3_000], 9_000, 0],
  ])('in a phase that it is led to, and %s', async (_, atMs, movedUntilMs, count) => {
    const thrown = atMs.map((each) => ({ atMs: each }));
    const run = async () => ({ ...seen(''), thrown, movedUntilMs }) as unknown as PlayedRun;
    const lived = await livedAgain({ ...suspect('stopped'), phase: 'boss' }, run);
    expect(lived.thrown).toHaveLength(count);
  });

  it.each<[string, (down: Place & TapeInput, isDrag: boolean) => boolean, boolean]>([
    ['nothing', () => false, true],
    ['one key near its edge', ({ x, y }) => x < 40 && y > 790, false],
    ['a drag alone', ({ x }) => x === 280, false],
    ['a drag of a thing that has to be held', ({ y }, isDrag) => isDrag && y > 770, false],
    ['what a life has tried', ({ atMs }) => atMs === 2_000, false],
  ])('and ends by itself, and answers to %s', async (_, isHeard, isDeaf) => {
    const runs: Suspect[] = [];
    const run = async (life: Suspect) => {
      runs.push(life);
      const moves = life.inputs.flatMap(({ type, atMs }) => (type === 'move' ? [atMs] : []));
      const isDrag = (fromMs: number) => moves.some((atMs) => atMs - fromMs === FRAME_MS);
      const downs = downsIn(life).flatMap((each) => ('x' in each ? [each] : []));
      return seen(`${downs.some((each) => isHeard(each, isDrag(each.atMs)))}`);
    };
    expect((await livedAgain(suspect('deafUntilEnd'), run)).isDeaf).toBe(isDeaf);
    for (const { inputs } of runs) expect(inputs.every(({ atMs }) => atMs <= 4_000)).toBe(true);
  });

  /** A game of two halves, left and right, that hears so many fingers at once. */
  const twoHalves = (most: number) => async (life: Suspect) => {
    const downs = life.inputs.filter(({ type, atMs }) => type === 'down' && atMs > 500);
    const heard = downs.slice(0, most).map((each) => ('x' in each && each.x < 195 ? 'L' : 'R'));
    return seen(heard.sort().join());
  };
  it.each<[string, (life: Suspect) => Promise<PlayedRun>, boolean]>([
    ['both fingers', twoHalves(2), false],
    ['the first finger alone', twoHalves(1), true],
    ['no finger', twoHalves(0), false],
    ['any finger in the same way', async (life) => seen(`${life.inputs.length > 2}`), false],
  ])('of a game for two fingers that hears %s', async (_, run, isDeaf) => {
    expect((await livedAgain(suspect('twoFingers'), run)).isDeaf).toBe(isDeaf);
  });

  /** A game that shows a finger, and what one that was lifted has left behind. */
  const drawn = (isKept: boolean) => async (life: Suspect) => {
    const looks = Array.from({ length: life.forMs / 500 }, (_, at) => {
      const before = life.inputs.filter(({ atMs }) => atMs <= 500 * at);
      const isDown = before.at(-1)?.type !== 'up';
      return `${isDown} ${isKept && before.some(({ type }) => type === 'move')}`;
    });
    return seen(looks.slice(5).join());
  };
  it.each([
    ['nothing', false, true],
    ['what a drag has done', true, false],
  ])('of a game that answers, and keeps %s', async (_, isKept, isDeaf) => {
    expect((await livedAgain(suspect('fruitless'), drawn(isKept))).isDeaf).toBe(isDeaf);
  });
});
