import { phaseKind } from '../../domain/playing/playing-state.js';
import { LOADED_MS } from './gestures.js';
import type { Moment } from './images.js';
import { untilStopped, type Shown } from './loop.js';
import { phasesOf } from './page-values.js';
import type { PlayedPage } from './played-page.js';
import { readShot } from './shots.js';

/** What a phase is has come by then, in the game's time. */
const SHOWN_MS = 1_500;

/** A game that offers any names them so. */
export const NAMES_PHASES = /\bphases\b/;

/**
 * The phases that a game offers to be led to, an image of each (P3). No player comes there so: what
 * is met there is no fault.
 */
export async function paintPhases(
  page: PlayedPage,
  seenFrom: string | undefined,
): Promise<Shown<Moment>> {
  const moments: Promise<Moment>[] = [];
  return untilStopped(moments, async () => {
    await page.load();
    for (const phase of phasesOf(await page.call('phases'))) {
      if (moments.length > 0) await page.load();
      await page.pass(LOADED_MS);
      await page.call('goTo', phase);
      await page.pass(SHOWN_MS);
      const { png } = await page.shoot();
      const isHurt = phaseKind(phase) === 'ended';
      moments.push(readShot(png, seenFrom).then((shot) => ({ shot, doing: 'PLAY', isHurt })));
    }
  });
}
