import { phaseKind } from '../../domain/playing/playing-state.js';
import { MOMENT_MS } from '../../contracts/game/tape.js';
import { STOPPING_MS, type Suspect } from '../../domain/playing/suspects.js';
import type { Chance } from '../../game-page/chance.js';
import { LED_MS, LOADED_MS } from './gestures.js';
import type { Moment } from './images.js';
import { Leanings, LifeRun } from './life.js';
import { untilStopped, type Shown } from './loop.js';
import { phasesOf } from './page-values.js';
import { isSpoiled } from './pages.js';
import type { PlayedPage } from './played-page.js';
import { readShot } from './shots.js';

/** What a phase is has come by then, in the game's time. */
const SHOWN_MS = 1_500;

/** A game that offers any names them so. */
export const NAMES_PHASES = /\bphases\b/;

/** A life in a phase goes on for so long, in the game's time. */
const LIFE_MS = 8_000;
/** Each is a life. */
const MOST = 2;

/**
 * Exceptions and freezes of lives that begin in phases which no other life has reached. No player
 * comes there so: what is wrong at once, or where the game declares another phase, is its own way
 * to lead there, and no fault.
 */
export async function suspectsLed(
  page: PlayedPage,
  { chance, reached }: { chance: Chance; reached: readonly string[] },
): Promise<{ suspects: Suspect[]; stopped: string | null }> {
  const suspects: Suspect[] = [];
  await page.load();
  const offered = phasesOf(await page.call('phases')).filter(
    (phase) => phaseKind(phase) === 'playing' && !reached.includes(phase),
  );
  for (const phase of offered.slice(0, MOST)) {
    const run = new LifeRun(page, chance, new Leanings(chance));
    const forMs = LOADED_MS + LED_MS + LIFE_MS;
    const plan = { forMs, mostMs: forMs, from: null, isEndSeen: true, isOnce: true, phase };
    const { facts, ...life } = await run.play(plan);
    const { stopped, moments } = facts;
    if (stopped !== null && moments * MOMENT_MS > LOADED_MS + LED_MS + MOMENT_MS)
      suspects.push({ ...life, forMs: life.forMs + STOPPING_MS, why: 'stopped', phase });
    if (isSpoiled(facts)) return { suspects, stopped };
  }
  return { suspects, stopped: null };
}

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
