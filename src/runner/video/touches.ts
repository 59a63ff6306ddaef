import { SCREEN } from '../../contracts/media/video.js';

/** What a finger does: touches, moves, lets go. */
export type Touch =
  { type: 'touchStart' | 'touchMove'; x: number; y: number } | { type: 'touchEnd' };

/** One stroke: down, across the screen, up, and a short tap after it. */
const STROKE_FRAMES = 36;
const TAP_AT = 32;
const SWEEP = 0.36;
const HEIGHT = 0.72;

/**
 * What the finger does before frame `frame` is recorded. Games are steered by dragging or by
 * tapping: it does both all the time, so that whatever the game listens to, something moves, and a
 * game that is over begins again.
 */
export function touchesAt(frame: number, fps: number): Touch[] {
  const step = frame % STROKE_FRAMES;
  const seconds = frame / fps;
  const place = {
    x: Math.round(SCREEN.width * (0.5 + SWEEP * Math.sin(seconds * 2.1))),
    y: Math.round(SCREEN.height * (HEIGHT + 0.05 * Math.sin(seconds * 3.7))),
  };
  if (step === 0) return [{ type: 'touchStart', ...place }];
  if (step < TAP_AT - 2) return [{ type: 'touchMove', ...place }];
  if (step === TAP_AT - 2) return [{ type: 'touchEnd' }];
  if (step === TAP_AT) return [{ type: 'touchStart', ...place }, { type: 'touchEnd' }];
  return [];
}
