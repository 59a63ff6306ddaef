import { describe, expect, it } from 'vitest';
import type { TapeFacts, TapeInput } from '../../contracts/game/tape.js';
import { stateText } from '../../domain/playing/playing-state.js';
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

/** A game that hears real touches as it hears those of the page. */
const handsOf = (real: (life: Suspect) => Promise<PlayedRun>) => ({
  real,
  own: async () => Promise.reject(new Error('no life for the page alone')),
});

describe('P3: a life that is done once more by real touches', () => {
  it.each([
    ['goes as it does without them', () => seen('same'), true],
    ['goes by the same bits of time', (life: Suspect) => seen(life.inputs.map(atOf).join()), true],
    ['is answered', (life: Suspect) => seen(`${downsIn(life).length}`), false],
  ])('that %s', async (_, game, isDeaf) => {
    const hands = handsOf(async (life) => game(life));
    expect((await livedAgain(suspect('deaf'), hands))?.isDeaf).toBe(isDeaf);
  });

  it.each([
    ['locked alone', ({ inputs }: Suspect) => inputs.length > 2, 'stuck'],
    ['never answered', () => true, 'notTried'],
    ['answered', () => false, 'restarted'],
  ])('and is %s', async (_, isLocked, restart) => {
    const run = async (life: Suspect) => seen('', isLocked(life) ? 'stuck' : 'restarted');
    expect(await livedAgain(suspect('locked'), handsOf(run))).toMatchObject({
      restart,
      isDeaf: false,
    });
  });

  it.each<[string, number[], number, number]>([
    ['throws again later', [3_000, 5_000], 9_000, 2],
    ['stands still since it threw', [3_000], 3_000, 1],
    ['throws at once', [700, 3_000], 3_000, 0],
    ['throws once and goes on', [3_000], 9_000, 0],
  ])('in a phase that it is led to, and %s', async (_, atMs, movedUntilMs, count) => {
    const thrown = atMs.map((each) => ({ atMs: each }));
    const run = async () => ({ ...seen(''), thrown, movedUntilMs }) as unknown as PlayedRun;
    const lived = await livedAgain({ ...suspect('stopped'), phase: 'boss' }, handsOf(run));
    expect(lived?.thrown).toHaveLength(count);
  });

  it.each([
    ['its title alone', ['title', 'ready'], 900],
    ['a play once', ['title', 'playing', 'title'], null],
  ])('that may be back at its title, and shows %s', async (_, phases, overAtMs) => {
    const states = phases.map((state) => stateText({ data: { state }, words: [], drawn: [] }));
    const run = async () => ({ ...seen(''), states, endedAtMs: 900 }) as PlayedRun;
    const lived = await livedAgain(suspect('backAtTitle'), handsOf(run));
    expect(lived?.overAtMs).toBe(overAtMs);
  });

  /** By which hands such a touch is heard. */
  interface Ears {
    isHeard: (down: Place & TapeInput, isDrag: boolean) => boolean;
    by?: 'real' | 'own';
  }
  const endsAlone = ({ isHeard, by }: Ears) => {
    const lives = { real: [] as Suspect['inputs'][], own: [] as Suspect['inputs'][] };
    const heardIn = (how: 'real' | 'own', inputs: Suspect['inputs']): boolean => {
      lives[how].push(inputs);
      const moves = inputs.flatMap(({ type, atMs }) => (type === 'move' ? [atMs] : []));
      const isDrag = (fromMs: number) => moves.some((atMs) => atMs - fromMs === FRAME_MS);
      const downs = inputs.filter(({ type }) => type === 'down');
      const heard = downs.some((each) => 'x' in each && isHeard(each, isDrag(each.atMs)));
      return heard && how === (by ?? how);
    };
    const hands = {
      real: async ({ inputs }: Suspect) => seen(`${heardIn('real', inputs)}`),
      own: async ({ inputs }: { inputs: Suspect['inputs'] }) =>
        ({ names: [heardIn('own', inputs) ? 1 : 0] }) as unknown as TapeFacts,
    };
    return { hands, lives };
  };
  it.each<[string, Ears, boolean]>([
    ['nothing', { isHeard: () => false }, true],
    ['one key near its edge', { isHeard: ({ x, y }) => x < 40 && y > 790 }, false],
    ['a drag alone', { isHeard: ({ x }) => x === 280 }, false],
    ['a thing that is held', { isHeard: ({ y }, isDrag) => isDrag && y > 770 }, false],
    ['what a life has tried', { isHeard: ({ atMs }) => atMs === 2_000 }, false],
    ['touches of the page alone', { isHeard: ({ y }) => y > 790, by: 'own' }, false],
    ['real touches alone', { isHeard: ({ x }) => x === 195, by: 'real' }, false],
  ])('and ends by itself, and answers to %s', async (_, ears, isDeaf) => {
    const { hands, lives } = endsAlone(ears);
    const lived = await livedAgain(suspect('deafUntilEnd'), hands);
    expect(lived?.isDeaf ?? false).toBe(isDeaf);
    for (const inputs of [...lives.real, ...lives.own])
      expect(inputs.every(({ atMs }) => atMs <= 4_000)).toBe(true);
  });

  it('and ends by itself is touched by real hands in two lives at most', async () => {
    const { hands, lives } = endsAlone({ isHeard: () => false });
    await livedAgain(suspect('deafUntilEnd'), hands);
    expect(lives.real).toHaveLength(3);
    expect(lives.own.length).toBeGreaterThan(3);
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
    expect((await livedAgain(suspect('twoFingers'), handsOf(run)))?.isDeaf).toBe(isDeaf);
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
    const lived = await livedAgain(suspect('fruitless'), handsOf(drawn(isKept)));
    expect(lived?.isDeaf).toBe(isDeaf);
  });
});
