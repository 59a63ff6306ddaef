/**
 * Runs in a page before anything of the game's: what happens there is then a function of the
 * revision and the seed (J4). Comes after the virtual clock, whose timers it uses.
 */
import { FRAME_MS, PLAYED, type PageSight, type PlayedPage } from '../../names.js';
import { drawnTexts, watchCanvases } from './canvas.js';
import { installClock } from './clock.js';
import { watchInk } from './ink.js';
import { layoutOf } from './layout.js';
import { takeOwnClock } from './own-clock.js';
import { seedChance } from './random.js';
import { scrolled, shownLines, watchTargets, watchViolations } from './sight.js';
import { spareDrawings } from './three-dimensions.js';

/** The player puts the seed of this play around the program. */
declare const SEED: number;
declare global {
  interface Window {
    /** Playwright's virtual clock. */
    __pwClock: { controller: { runFor(ms: number): Promise<void> } };
  }
}

const { frame, giveWay } = takeOwnClock();
const clock = installClock(FRAME_MS);
seedChance(SEED, clock.moment);
// How early a page hears of its size is chance: here once, when it is loaded.
addEventListener(
  'resize',
  (event) => {
    if (event.isTrusted) event.stopImmediatePropagation();
  },
  true,
);
addEventListener('load', () => clock.later(() => dispatchEvent(new Event('resize')), 1));
const spared = spareDrawings(clock.moment);
const inkNow = watchInk(spared);
const canvases = watchCanvases(clock.moment);
const violations = watchViolations();

const look = (): PageSight => {
  clock.animate();
  return {
    data: { ...document.documentElement.dataset },
    words: shownLines(),
    drawn: drawnTexts(canvases),
    scrolled: scrolled(),
    drawing: canvases.drawing(),
    violations: violations(),
  };
};
const { controller } = window.__pwClock;
let ink: number | null = null;
const pass = async (ms: number): Promise<PageSight> => {
  await controller.runFor(ms).catch(clock.report);
  clock.tick();
  // Before the browser takes away what a scene was drawn on.
  if (spared.isSeen) ink = inkNow();
  await giveWay();
  return look();
};
const nextFrame = (): Promise<unknown> => new Promise((done) => frame(() => done(null)));
const layout = () => layoutOf(canvases);
const played: PlayedPage = {
  frame: nextFrame,
  pass,
  passAfterFrame: (ms) =>
    nextFrame()
      .then(giveWay)
      .then(() => pass(ms)),
  show: (ms) => {
    spared.isSeen = true;
    return pass(ms);
  },
  hide: () => {
    spared.isSeen = false;
    return { layout: layout(), sight: look(), ink };
  },
  passHidden: async (ms) => {
    clock.setHidden(true);
    await pass(ms);
    clock.setHidden(false);
    return look();
  },
  targets: watchTargets(),
  look,
  layout,
};
Object.defineProperty(window, PLAYED, { value: played });
