import type Sharp from 'sharp';
import type { Tape } from '../../contracts/game/tape.js';
import { MAX_LOOP_BYTES } from '../../contracts/game/play.js';
import { FRAME_MS } from '../../game-page/names.js';
import { loadPackage } from '../packages.js';
import { smallEnough } from '../small-enough.js';
import { stopIn } from '../box-watch.js';
import type { PlayedPage } from './played-page.js';
import { readShot, type Shot } from './shots.js';
import { TapeHand } from './tape-run.js';

/** The game's time that a loop shows, so much of it before the moment that matters. */
export const LOOP_MS = 3_000;
export const BEFORE_MS = 1_000;
const FRAME_EACH_MS = 125;
const FRAMES = LOOP_MS / FRAME_EACH_MS;
const BESIDE = { width: 180, height: 390 } as const;
const ALONE = { width: 240, height: 520 } as const;
const GAP = 6;
const QUALITIES = [60, 35, 15] as const;
/** Two moments of a loop that a judge sees: that which matters, and what became of it. */
const STILLS = [BEFORE_MS, BEFORE_MS + 1_500] as const;

type Filmed = Pick<Tape, 'inputs' | 'forMs'>;

/** What a game has shown until its end, or until it `stopped` the page. */
export interface Shown<T> {
  readonly shots: readonly T[];
  readonly stopped: string | null;
}

/**
 * The images of a loop around a moment of a tape, on a page that is not loaded yet. Nothing else of
 * the tape is painted.
 */
export async function filmTape(
  page: PlayedPage,
  { inputs, forMs }: Filmed,
  { aroundMs, seenFrom }: { aroundMs: number; seenFrom: string | undefined },
): Promise<Shown<Shot>> {
  const fromMs = Math.max(0, Math.min(aroundMs - BEFORE_MS, forMs - LOOP_MS));
  const taken: Promise<Shot>[] = [];
  const tape = new TapeHand(page, inputs);
  return untilStopped(taken, async () => {
    await page.load();
    for (let frame = 0; frame < FRAMES; frame += 1) {
      await tape.actUntil(fromMs + frame * FRAME_EACH_MS);
      // What is painted takes a frame of the game's time, in which no input may come late.
      while (tape.nextMs < page.nowMs + FRAME_MS) await tape.actUntil(tape.nextMs);
      const { png } = await page.shoot();
      taken.push(readShot(png, seenFrom));
    }
  });
}

/** What was taken by the end of the work; a game may stop its page by a tape of another version. */
export async function untilStopped<T>(
  taken: readonly Promise<T>[],
  work: () => Promise<void>,
): Promise<Shown<T>> {
  const stop = await stopIn(work);
  return { shots: await Promise.all(taken), stopped: stop?.code ?? null };
}

/** What a judge sees of the frames of a loop. */
export function stillsOf(frames: readonly Shot[]): Shot[] {
  return STILLS.flatMap((atMs) => frames[atMs / FRAME_EACH_MS] ?? []);
}

/** Sides of a loop beside each other: an animated WebP; null: nothing, or not small enough. */
export async function loopOf(
  sides: readonly (readonly Shot[])[],
  seenFrom: string | undefined,
): Promise<Buffer | null> {
  const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
  // One alone fills a phone.
  const side = sides.length === 1 ? ALONE : BESIDE;
  const width = sides.length * (side.width + GAP) - GAP;
  const count = Math.min(...sides.map((shots) => shots.length));
  if (count === 0) return null;
  const frames = Buffer.alloc(count * width * side.height * 3, 0x80);
  await Promise.all(
    sides.flatMap((shots, column) =>
      shots.slice(0, count).map(async ({ rgb, width: wide, height: tall }, at) => {
        const small = await sharp(rgb, { raw: { width: wide, height: tall, channels: 3 } })
          .resize(side.width, side.height, { fit: 'fill' })
          .raw()
          .toBuffer();
        for (let row = 0; row < side.height; row += 1) {
          const to = (at * side.height + row) * width + column * (side.width + GAP);
          small.copy(frames, to * 3, row * side.width * 3, (row + 1) * side.width * 3);
        }
      }),
    ),
  );
  const raw = { width, height: side.height * count, pageHeight: side.height, channels: 3 as const };
  const delay = Array.from({ length: count }, () => FRAME_EACH_MS);
  return smallEnough(MAX_LOOP_BYTES, QUALITIES, (quality) =>
    sharp(frames, { raw }).webp({ quality, effort: 2, loop: 0, delay }).toBuffer(),
  );
}
