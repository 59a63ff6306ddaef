import { describe, expect, it } from 'vitest';
import { GameStopped } from '../box-watch.js';
import type { PlayedPage } from './played-page.js';
import type { Life } from './life.js';
import { outlastIn, paintTape } from './lives.js';
import { filmTape } from './loop.js';
import type { Pages } from './pages.js';

const GREY = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);

/** A page whose game stops it at that moment. */
function pageUntil(stopsAtMs: number) {
  const page = {
    nowMs: 0,
    load: () => Promise.resolve(),
    async act(_: unknown, untilMs: number) {
      if (untilMs >= stopsAtMs) throw new GameStopped('freeze', 'no end');
      page.nowMs = untilMs;
    },
    shoot: () => Promise.resolve({ png: GREY }),
  };
  return page as unknown as PlayedPage;
}

const facts = {
  ...{ moments: 600, series: {}, names: [], words: [], isOver: false, isWon: false },
  phases: [100, 200, 400].map((at) => [at, `wave ${at}`] as [number, string]),
  ...{ score: null, stopped: null },
};
const tape = { inputs: [], forMs: 60_000, facts };

describe('P3: going back from an end', () => {
  it.each([
    [2, 9_000, []],
    [5, 9_000, []],
    [12, 9_000, [0, 1]],
    [2, 3_000, [0, 1]],
    [0, 3_000, []],
  ])('of %i lives: by as many as the play can afford', async (lives, afterMs, lanes) => {
    const used: number[] = [];
    const pages = {
      on: (lane: number) => {
        used.push(lane);
        return Promise.resolve({ lives: [] });
      },
    } as unknown as Pages;
    const ended: [number, string][] = [[100, 'over']];
    const life = { ...tape, facts: { ...facts, phases: ended } } as unknown as Life;
    await outlastIn(pages, life, { parcelFile: '', seed: 1, lives }, { isOver: true, afterMs });
    expect(used).toEqual(lanes);
  });
});

describe('the images of a tape', () => {
  it('P3: none is played for longer than it is worth', async () => {
    const page = pageUntil(Infinity);
    const { shots, stopped } = await paintTape(page, tape, undefined);
    expect([shots.length, stopped, page.nowMs]).toEqual([2, null, 20_300]);
  });

  it('know whether a life was lost just before', async () => {
    const series = {
      'state.lives': [
        [0, 3],
        [195, 2],
      ] as [number, number][],
    };
    const hurt = { ...tape, facts: { ...facts, series } };
    const { shots } = await paintTape(pageUntil(Infinity), hurt, undefined);
    expect(shots.map(({ isHurt }) => isHurt)).toEqual([false, true]);
  });

  it('P4: are those until it stops, as it may by a tape of another version', async () => {
    expect(await paintTape(pageUntil(15_000), tape, undefined)).toMatchObject({
      shots: [{ doing: 'PLAY' }],
      stopped: 'freeze',
    });
    const around = { aroundMs: 14_000, seenFrom: undefined };
    const { shots, stopped } = await filmTape(pageUntil(14_000), tape, around);
    expect([shots.length, stopped]).toEqual([8, 'freeze']);
  });
});
