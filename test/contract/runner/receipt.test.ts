import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_LOOP_BYTES } from '../../../src/contracts/game/play.js';
import { Receipt } from '../../../src/contracts/game/receipt.js';
import type { TapeInput } from '../../../src/contracts/game/tape.js';
import { PLAYER_VERSION } from '../../../src/domain/playing/playing.js';
import { compareVersions } from '../../../src/runner/play/compare.js';
import { PLAY_SCREEN } from '../../../src/runner/play/gestures.js';
import { Lane } from '../../../src/runner/play/lane.js';
import type { Pages } from '../../../src/runner/play/pages.js';
import { PlayedPage } from '../../../src/runner/play/played-page.js';
import { runTape } from '../../../src/runner/play/tape-run.js';
import { writeParcel } from '../../support/parcels.js';
import { PLAY_LIMIT_MS } from './play-bench.js';
import { shooter } from './play-pages.js';

let folder: string;
const lanes = [0, 1].map(() => new Lane(undefined));
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-receipt-'));
});
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
  await rm(folder, { recursive: true, force: true });
});

const on: Pages['on'] = (lane, { parcelFile, ...how }, play) =>
  lanes[lane]!.use(async ({ boxed, watch }) => {
    const request = { parcelFile, assets: [] };
    const page = await PlayedPage.open(boxed.browser, watch, request, {
      ...how,
      screen: PLAY_SCREEN,
    });
    const result = await play(page);
    await page.close();
    return { result, isSpoiled: false };
  });

const parcelOf = async (name: string, html: string): Promise<string> =>
  writeParcel(await mkdtemp(path.join(folder, name)), { 'index.html': html });

/** A finger that goes to one side and back. */
const INPUTS: readonly TapeInput[] = [
  { type: 'down', atMs: 1_000, finger: 0, x: 195, y: 640 },
  ...[60, 120, 240, 330].map((x, at): TapeInput => {
    return { type: 'move', atMs: 1_200 + 300 * at, finger: 0, x, y: 640 };
  }),
  { type: 'up', atMs: 2_500, finger: 0 },
];
const SEED = 7;
const FOR_MS = 4_000;

describe('a change beside its parent (P4)', () => {
  it(
    'the same tape shows what is slower, what is lost, and what was changed and never ran',
    async () => {
      const parent = shooter();
      const change = shooter({ speed: 0.5, touch: 'if (lives < 0)\n  ship.x = at.clientX;' });
      const [before, after] = await Promise.all([parcelOf('a', parent), parcelOf('b', change)]);
      const of = { parcelFile: before, seed: SEED, isFollowed: true };
      const run = (page: PlayedPage) => runTape(page, { inputs: INPUTS, forMs: FOR_MS });
      const facts = await on(0, of, run);
      const tape = {
        seed: SEED,
        inputs: [...INPUTS],
        forMs: FOR_MS,
        facts,
        from: 'search' as const,
      };
      const tapes = {
        gameTree: 'before',
        player: PLAYER_VERSION,
        tapes: [tape],
        answers: { drag: true, 'tap left': true },
        asked: { seed: SEED, begin: [] },
      };
      const line = change.split('\n').findIndex((each) => each.includes('ship.x = at.clientX')) + 1;
      const compared = await compareVersions(
        { on },
        {
          before: { parcelFile: before, tapes },
          after: {
            parcelFile: after,
            answers: { drag: false, 'tap left': true },
            facts: [await on(0, { ...of, parcelFile: after }, run)],
            lives: [],
            neverRan: () => [
              { file: 'index.html', from: line, to: line },
              { file: 'index.html', from: 1, to: 2 },
            ],
          },
          seenFrom: undefined,
        },
      );
      const { receipt, loop, stills } = compared;
      expect(Receipt.parse(receipt)).toEqual(receipt);
      expect(receipt.lost).toEqual(
        expect.arrayContaining([
          { kind: 'control', what: 'drag' },
          { kind: 'moves', what: 'state.playerX' },
        ]),
      );
      const rocks = receipt.changed.find(({ kind }) => kind === 'speed');
      expect(rocks?.what).toBe('drawn.rect 32');
      expect(rocks?.ratio).toBeCloseTo(0.5, 1);
      expect(receipt.same).toContainEqual({ kind: 'control', what: 'tap left' });
      expect(receipt.neverRan).toEqual([{ file: 'index.html', from: line, to: line }]);
      const bytes = Buffer.from(loop!, 'base64');
      expect(bytes.length).toBeLessThanOrEqual(MAX_LOOP_BYTES);
      const {
        pages,
        width,
        delay,
        loop: repeats,
      } = await sharp(bytes, { animated: true }).metadata();
      expect([pages, width, delay?.[0], repeats]).toEqual([24, 366, 125, 0]);
      expect([stills.before.length, stills.after.length]).toEqual([2, 2]);
    },
    PLAY_LIMIT_MS,
  );
});
