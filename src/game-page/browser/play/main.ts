/**
 * Runs in a page before anything of the game's: what happens there is then a function of the
 * revision and the seed (J4). Comes after the virtual clock, whose timers it uses.
 */
import { FRAME_MS, PLAYED, type PageSight, type PlayedPage } from '../../names.js';
import { drawnTexts, watchCanvases } from './canvas.js';
import { installClock } from './clock.js';
import { layoutOf } from './layout.js';
import { takeOwnClock } from './own-clock.js';
import { seedChance } from './random.js';
import { scrolled, shownTargets, shownTexts, watchViolations } from './sight.js';
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
seedChance(SEED);
const clock = installClock(FRAME_MS);
// How early a page hears of its size is chance: here once, when it is loaded.
addEventListener(
  'resize',
  (event) => {
    if (event.isTrusted) event.stopImmediatePropagation();
  },
  true,
);
addEventListener('load', () => clock.later(() => dispatchEvent(new Event('resize')), 1));
const canvases = watchCanvases(clock.moment);
const spared = spareDrawings(clock.moment);
const violations = watchViolations();

const look = (): PageSight => {
  clock.animate();
  return {
    data: { ...document.documentElement.dataset },
    words: shownTexts().map(({ text }) => text.slice(0, 200)),
    drawn: drawnTexts(canvases),
    scrolled: scrolled(),
    violations: violations(),
  };
};
const { controller } = window.__pwClock;
const pass = async (ms: number): Promise<PageSight> => {
  await controller.runFor(ms).catch(clock.report);
  clock.tick();
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
    return { layout: layout(), sight: look() };
  },
  targets: shownTargets,
  look,
  layout,
};
Object.defineProperty(window, PLAYED, { value: played });
