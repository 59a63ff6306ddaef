/**
 * Runs in a page before anything of the game's: what happens there is then a function of the
 * revision and the seed (J4). Comes after the virtual clock, whose timers it uses.
 */
import { FRAME_MS, PLAYED, type PageSight, type PageView, type PlayedPage } from '../../names.js';
import { drawnTexts, watchCanvases } from './canvas.js';
import { installClock } from './clock.js';
import { goTo, offeredPhases } from './declared.js';
import { makeHands } from './hands.js';
import { watchInk } from './ink.js';
import { layoutOf } from './layout.js';
import { takeOwnClock } from './own-clock.js';
import { type Moments, watchMoments } from './moments.js';
import { seedChance } from './random.js';
import { refuseMouse } from './mouse.js';
import { keepScale } from './scale.js';
import { scrolled, shownLines, watchViolations } from './sight.js';
import { nameAt, saidTarget, shownTargets, watchTargets } from './targets.js';
import { spareDrawings } from './three-dimensions.js';
import { yieldInTurns } from './turns.js';
import { leaveUnpainted } from './unpainted.js';

/** The player puts around the program the seed of this play, and the time between two moments. */
declare const SEED: number;
/** 0 = moments are not followed. Where they are, nothing is looked at. */
declare const MOMENT_MS: number;
/** Whether flat canvases are left empty. */
declare const IS_UNPAINTED: boolean;
declare global {
  interface Window {
    /** Playwright's virtual clock. */
    __pwClock: { controller: { runFor(ms: number): Promise<void> } };
  }
}

const { frame, giveWay } = takeOwnClock();
const { controller } = window.__pwClock;
yieldInTurns((ms) => controller.runFor(ms));
const clock = installClock(FRAME_MS);
seedChance(SEED, clock.moment);
// When a page learns its size is chance: here once, when it is loaded.
addEventListener(
  'resize',
  (event) => {
    if (event.isTrusted) event.stopImmediatePropagation();
  },
  true,
);
addEventListener('load', () => clock.later(() => dispatchEvent(new Event('resize')), 1));
keepScale();
refuseMouse();
const spared = spareDrawings(clock.moment, MOMENT_MS > 0);
const inkNow = watchInk(spared);
if (IS_UNPAINTED) leaveUnpainted();
const canvases = watchCanvases(clock.moment);
const violations = watchViolations();
const moments = MOMENT_MS > 0 ? watchMoments(clock.moment, canvases, spared.drawn) : null;

let [ink, passedMs]: [number | null, number] = [null, 0];
let drawnInk = 0;
spared.onSeen = () => {
  drawnInk = inkNow() ?? 0;
};

const look = (): PageSight => {
  // Else what an animation has come to depends on how often it is looked at.
  if (!moments) clock.animate();
  return {
    data: { ...document.documentElement.dataset },
    words: shownLines(),
    drawn: drawnTexts(canvases),
    scrolled: scrolled(),
    drawing: canvases.drawing(),
    violations: violations(),
    ...(moments && { seen: { ...moments.take(), passedMs } }),
  };
};
const run = async (untilMs: number): Promise<void> => {
  await controller.runFor(untilMs - passedMs).catch(clock.report);
  passedMs = untilMs;
  clock.tick();
};
const see = (by: Moments): void => {
  clock.animate();
  by.see(passedMs / MOMENT_MS);
};
const passUntil = async (untilMs: number): Promise<void> => {
  if (passedMs === 0 && moments) see(moments);
  const next = (): number => Math.floor(passedMs / MOMENT_MS) + 1;
  while (moments && next() * MOMENT_MS <= untilMs) {
    await run(next() * MOMENT_MS);
    // However the time is cut into calls, what comes from outside comes at the same moments.
    await giveWay();
    see(moments);
  }
  if (untilMs > passedMs) await run(untilMs);
};
const pass = async (ms: number): Promise<PageSight> => {
  await passUntil(passedMs + ms);
  if (spared.isSeen) {
    try {
      spared.catchUp();
    } catch (error) {
      clock.report(error);
    }
    const now = inkNow();
    ink = now === null ? null : Math.max(now, drawnInk);
  }
  await giveWay();
  return look();
};
const nextFrame = (): Promise<unknown> => new Promise((done) => frame(() => done(null)));
const layout = () => layoutOf(canvases);
const hand = makeHands();
/** A game may have broken what this reads: what was seen of it is kept. */
const viewNow = async (): Promise<PageView> => played.view();
const played: PlayedPage = {
  pass,
  passAfterFrame: (ms) =>
    nextFrame()
      .then(giveWay)
      .then(() => pass(ms)),
  show: (ms) => {
    spared.isSeen = true;
    drawnInk = 0;
    return pass(ms);
  },
  hide: () => {
    spared.isSeen = false;
    return { layout: layout(), sight: look(), ink };
  },
  setHidden: clock.setHidden,
  act: async (inputs, ms, isViewed) => {
    const fromMs = passedMs;
    for (const input of inputs) {
      await passUntil(fromMs + input.afterMs);
      hand(input);
    }
    await passUntil(fromMs + ms);
    await giveWay();
    const seen = moments && { ...moments.take(), passedMs };
    return [seen, isViewed ? await viewNow().catch(() => undefined) : undefined];
  },
  targets: watchTargets(),
  nameAt,
  view: () => ({
    things: moments?.things() ?? [],
    targets: [...shownTargets().map(saidTarget), ...(moments?.words() ?? [])],
  }),
  phases: offeredPhases,
  goTo,
  look,
  layout,
};
Object.defineProperty(window, PLAYED, { value: played });
