import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { withTimeout } from '../../concurrency.js';
import { AppError } from '../../contracts/base/errors.js';
import { VIDEO } from '../../contracts/media/video.js';
import { pageProgram } from '../../game-page/programs.js';
import type { GameRequest } from '../game-files.js';
import { withGamePage } from '../game-page.js';
import { touchesAt, type Touch } from './touches.js';

/** Real time for what a game loads and decodes by itself; its own clock stands still meanwhile. */
const SETTLE_MS = 300;
/** Played without being looked at: what begins a game is seldom worth showing. */
const WARM_UP_FRAMES = 75;
const QUALITY = 90;
/** A game that takes longer for one image of its video stands still. */
const STEP_LIMIT_MS = 20_000;
/** So much of a game is a video, where its time ended before all of it was recorded. */
const MIN_SECONDS = 2;
const FRAME_MS = 1_000 / VIDEO.fps;
interface Recording {
  /** Images of the video. */
  readonly frames: number;
  /** Where they go, as `<n>.jpg`. */
  readonly folder: string;
  /** For so long at most the game holds its place. */
  readonly limitMs: number;
}

/**
 * Plays the game of a revision and writes what it looks like. The game's clock is ours and moves
 * from image to image: it runs as smoothly on a busy machine as on a fast one. Answers how many
 * images there are: fewer than wanted when the time ended first. Throws `VideoNotMade` when that
 * makes no video, or when the game stands still or goes away.
 */
export async function recordGame(
  request: GameRequest,
  { frames, folder, limitMs }: Recording,
  signal: AbortSignal,
  onFrame: (done: number) => void,
): Promise<number> {
  await mkdir(folder, { recursive: true });
  const late = AbortSignal.timeout(limitMs);
  let recorded = 0;
  const onRecorded = (done: number): void => {
    recorded = done;
    onFrame(done);
  };
  try {
    await play(request, { frames, folder }, AbortSignal.any([signal, late]), onRecorded);
  } catch (error) {
    signal.throwIfAborted();
    if (!late.aborted) throw notMade(error);
    if (recorded < Math.min(frames, MIN_SECONDS * VIDEO.fps))
      throw new AppError(
        'VideoNotMade',
        `${recorded} of ${frames} images were recorded within ${limitMs} ms`,
      );
  }
  return recorded;
}

/** What the page of a game cannot show is a video that was not made. */
function notMade(error: unknown): unknown {
  return error instanceof AppError && error.kind === 'ImageNotMade'
    ? new AppError('VideoNotMade', error.message)
    : error;
}

async function play(
  request: GameRequest,
  { frames, folder }: Pick<Recording, 'frames' | 'folder'>,
  signal: AbortSignal,
  onFrame: (done: number) => void,
): Promise<void> {
  await withGamePage(request, signal, stopClock, async (page) => {
    await page.waitForTimeout(SETTLE_MS);
    const screen = await page.context().newCDPSession(page);
    const warmUp = Math.min(WARM_UP_FRAMES, frames);
    for (let step = 0; step < warmUp + frames; step += 1) {
      signal.throwIfAborted();
      const file = step < warmUp ? null : path.join(folder, `${step - warmUp}.jpg`);
      await withTimeout(
        playStep(page, screen, { step, frameMs: stepMs(step), file }),
        STEP_LIMIT_MS,
        standsStill,
      );
      if (file !== null) onFrame(step - warmUp + 1);
    }
  });
}

interface Step {
  readonly step: number;
  readonly frameMs: number;
  /** Where the image goes; null = it is not captured. */
  readonly file: string | null;
}

async function playStep(
  page: Page,
  screen: CDPSession,
  { step, frameMs, file }: Step,
): Promise<void> {
  for (const touch of touchesAt(step, VIDEO.fps)) await send(screen, touch);
  await page.clock.runFor(frameMs);
  if (file === null) return;
  const { data } = await screen.send('Page.captureScreenshot', {
    format: 'jpeg',
    quality: QUALITY,
    optimizeForSpeed: true,
  });
  await writeFile(file, Buffer.from(data, 'base64'));
}

function standsStill(): AppError {
  return new AppError('VideoNotMade', `the game stood still for ${STEP_LIMIT_MS} ms`);
}

/** Before the page is there: not one moment of its time passes by itself. */
async function stopClock(context: BrowserContext): Promise<void> {
  const startsAt = Date.now();
  await context.clock.install({ time: startsAt });
  await context.clock.pauseAt(startsAt + 1);
  await context.addInitScript(pageProgram('oneDrawing'));
}

/** Whole milliseconds whose sum is the video's time. */
function stepMs(frame: number): number {
  return Math.round((frame + 1) * FRAME_MS) - Math.round(frame * FRAME_MS);
}

function send(screen: CDPSession, touch: Touch): Promise<unknown> {
  return screen.send('Input.dispatchTouchEvent', {
    type: touch.type,
    touchPoints: touch.type === 'touchEnd' ? [] : [{ x: touch.x, y: touch.y }],
  });
}
