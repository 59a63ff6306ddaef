/** Reloads periodically while the page is visible, unless paused. */

const EVERY_MS = 10_000;
/** A dialog is open: what stands behind it stays as it was. */
const isAsking = () => document.querySelector('dialog[open]') !== null;

export class Refresher {
  #read;
  /** @type {number | undefined} */
  #timer;
  /** @type {Promise<void> | null} */
  #reading = null;
  #isAskedAgain = false;
  #isOn = true;

  /** @param {() => Promise<void>} read never rejects */
  constructor(read) {
    this.#read = read;
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.now();
      else this.#rest();
    });
  }

  get isOn() {
    return this.#isOn;
  }

  toggle() {
    this.#isOn = !this.#isOn;
    if (this.#isOn) void this.now();
    else this.#rest();
  }

  /** Reads at once, or once more after the present reading, and goes on from there. */
  now() {
    this.#rest();
    if (this.#reading) this.#isAskedAgain = true;
    else
      this.#reading = this.#readAll().finally(() => {
        this.#reading = null;
        this.#wait();
      });
    return this.#reading;
  }

  async #readAll() {
    do {
      this.#isAskedAgain = false;
      await this.#read();
    } while (this.#isAskedAgain);
  }

  #rest() {
    window.clearTimeout(this.#timer);
  }

  #wait() {
    this.#rest();
    if (!this.#isOn || document.visibilityState === 'hidden') return;
    this.#timer = window.setTimeout(() => (isAsking() ? this.#wait() : void this.now()), EVERY_MS);
  }
}
