import { OWN_CLOCK } from '../../names.js';
import type { OwnClock } from './own-clock.js';

/** Before the virtual clock: what the player needs of the browser's own. */
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
