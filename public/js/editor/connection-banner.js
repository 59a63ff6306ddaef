/** Shows that the connection is lost, unless a reconnect is quick. */
import { byId } from '../ui/dom.js';

const SHOWN_AFTER_MS = 500;

export class ConnectionBanner {
  #banner = byId('connectionBanner', HTMLDivElement);
  /** @type {number | undefined} */
  #timer;

  /** @param {() => void} onReconnect */
  constructor(onReconnect) {
    byId('reconnectButton', HTMLButtonElement).addEventListener('click', onReconnect);
  }

  /** @param {boolean} soon false: at once */
  show(soon) {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(
      () => {
        this.#banner.hidden = false;
      },
      soon ? SHOWN_AFTER_MS : 0,
    );
  }

  hide() {
    window.clearTimeout(this.#timer);
    this.#banner.hidden = true;
  }
}
