import { describe, expect, it } from 'vitest';
import { GameStopped } from '../box-watch.js';
import { filmTape } from './loop.js';
import { Painter, paintTape } from './painting.js';
import type { Pages } from './pages.js';
import type { PlayedPage } from './played-page.js';

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

  it('P3: are painted once, early of the best life that has ended', async () => {
    let pages = 0;
    const on: Pages['on'] = (_lane, _on, play) => {
      pages += 1;
      return play(pageUntil(Infinity));
    };
    const painter = new Painter({ on } as Pages, undefined);
    const own = { parcelFile: '', seed: 1 };
    const short = { ...tape, facts: { ...facts, phases: [] } };
    const stopped = { ...tape, facts: { ...facts, stopped: 'freeze' } };
    await painter.paintEarly(own, [stopped]);
    expect(pages).toBe(0);
    await painter.paintEarly(own, [short, tape]);
    expect((await painter.paint(1, own, tape)).shots).toHaveLength(2);
    expect(pages).toBe(1);
    await painter.paint(1, own, short);
    expect(pages).toBe(2);
  });
});
