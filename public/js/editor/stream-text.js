/** The raw text of the AI as it comes, typed out while the page is visible. */
import { prefersStillness } from '../ui/dom.js';
import { TAIL_CHARS } from './cursor.js';

const STEP_MS = 10;
const CHARS_PER_STEP = 5;
/** Further behind than this the typing would trail the AI for long. */
const MAX_BACKLOG_CHARS = 600;

export class StreamText {
  #backlog = '';
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {HTMLElement} element keeps the last 2,000 characters @param {() => boolean} isWatched
   */
  constructor(element, isWatched) {
    this.element = element;
    this.isWatched = isWatched;
  }

  /** @param {string} content */
  add(content) {
    this.#backlog += content;
    const atOnce = !this.isWatched() || document.hidden || prefersStillness();
    if (atOnce) this.#type(this.#backlog.length);
    else this.#timer ??= window.setInterval(() => this.#step(), STEP_MS);
  }

  /** @param {string} content */
  set(content) {
    this.#stop();
    this.#backlog = '';
    this.element.textContent = content.slice(-TAIL_CHARS);
    this.#follow();
  }

  #step() {
    this.#type(Math.max(CHARS_PER_STEP, this.#backlog.length - MAX_BACKLOG_CHARS));
    if (this.#backlog === '') this.#stop();
  }

  /** @param {number} count */
  #type(count) {
    this.element.textContent = (
      (this.element.textContent ?? '') + this.#backlog.slice(0, count)
    ).slice(-TAIL_CHARS);
    this.#backlog = this.#backlog.slice(count);
    this.#follow();
  }

  #follow() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  #stop() {
    window.clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
