import { expect, it } from 'vitest';
import type { PlayedPage } from './played-page.js';
import { paintTape } from './lives.js';

const GREY = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);

it('P3: no image of a tape is played for longer than it is worth', async () => {
  const page = {
    nowMs: 0,
    load: () => Promise.resolve(),
    async act(_: unknown, untilMs: number) {
      page.nowMs = untilMs;
    },
    shoot: () => Promise.resolve({ png: GREY }),
  };
  const facts = {
    ...{ moments: 600, series: {}, names: [], words: [], isOver: false, isWon: false },
    phases: [100, 200, 400].map((at) => [at, `wave ${at}`] as [number, string]),
    ...{ score: null, stopped: null },
  };
  const tape = { inputs: [], forMs: 60_000, facts };
  const moments = await paintTape(page as unknown as PlayedPage, tape, undefined);
  expect([moments.length, page.nowMs]).toEqual([2, 20_300]);
});
