import { OWN_CLOCK } from '../../names.js';
import type { OwnClock } from './own-clock.js';

/** Longer than the chain of promises behind any function that a game awaits. */
const TURNS = 64;

/**
 * Between two timers the virtual clock yields with a timer of the browser's, which takes 4 ms each
 * time and lets it paint frames that are not captured. Here it yields in turns of the microtask
 * queue instead, so that what the game has promised is done; what comes from outside comes when the
 * time that was asked for has passed.
 */
const wait = window.setTimeout;
const soon = window.queueMicrotask.bind(window);
const after = (turns: number, call: () => void): void =>
  soon(turns === 0 ? call : () => after(turns - 1, call));

function yieldOrWait(this: unknown, call: () => void, ...rest: unknown[]): unknown {
  if (rest.length > 0) return Reflect.apply(wait, this, [call, ...rest]);
  after(TURNS, call);
  return undefined;
}
window.setTimeout = yieldOrWait as typeof window.setTimeout;

const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port1.onmessage = () => waiting.shift()?.();
const own: OwnClock = {
  frame: window.requestAnimationFrame.bind(window),
  giveWay: () =>
    new Promise((done) => {
      waiting.push(done);
      port2.postMessage(null);
    }),
};
Object.defineProperty(window, OWN_CLOCK, { value: own, configurable: true });
