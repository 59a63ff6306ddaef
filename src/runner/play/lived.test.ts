import { describe, expect, it } from 'vitest';
import type { TapeInput } from '../../contracts/game/tape.js';
import type { Suspect } from '../../domain/playing/suspects.js';
import { livedAgain } from './lived.js';
import type { PlayedRun } from './run.js';

const tapAt = (atMs: number): TapeInput => ({ type: 'down', atMs, finger: 0, x: 5, y: 5 });
const begin = [tapAt(500)];
const suspect = (why: Suspect['why']): Suspect => ({
  inputs: [...begin, tapAt(2_000)],
  begin,
  forMs: 4_000,
  why,
});

/** What a game shows and does by the inputs that it hears. */
const seen = (state: string, restart: PlayedRun['restart'] = 'notTried') =>
  ({ states: [state], shots: [], restart }) as unknown as PlayedRun;

describe('P3: a life that is done once more by real touches', () => {
  it.each([
    ['goes as it does without them', () => seen('same'), true],
    ['is answered', ({ inputs }: Suspect) => seen(`${inputs.length}`), false],
  ])('that %s', async (_, game, isDeaf) => {
    expect((await livedAgain(suspect('deaf'), async (life) => game(life))).isDeaf).toBe(isDeaf);
  });

  it.each([
    ['locked alone', ({ inputs }: Suspect) => inputs.length > 1, 'stuck'],
    ['never answered', () => true, 'notTried'],
    ['answered', () => false, 'restarted'],
  ])('and is %s', async (_, isLocked, restart) => {
    const run = async (life: Suspect) => seen('', isLocked(life) ? 'stuck' : 'restarted');
    expect(await livedAgain(suspect('locked'), run)).toMatchObject({ restart, isDeaf: false });
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
    ['any finger in the same way', async (life) => seen(`${life.inputs.length > 1}`), false],
  ])('of a game for two fingers that hears %s', async (_, run, isDeaf) => {
    expect((await livedAgain(suspect('twoFingers'), run)).isDeaf).toBe(isDeaf);
  });
});
