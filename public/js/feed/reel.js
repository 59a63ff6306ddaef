/**
 * Games one below the other, one on the screen at a time. The one that is seen and the next are
 * loaded, no others are alive.
 */
import { Slide } from './slide.js';

/** @typedef {import('../types.js').GameCard} GameCard */
/** @typedef {import('../net/session.js').Session} Session */

/** Games that are loaded ahead below the visible one. */
const AHEAD = 3;

export class Reel {
  /** @type {Slide[]} */
  #slides = [];
  #at = -1;
  /** @type {Promise<void> | null} */
  #filling = null;
  #isWhole = false;
  /** Over with its first failure: then the games are walked through anew. */
  /** @type {AsyncGenerator<GameCard, void> | null} */
  #walk = null;

  /**
   * @param {HTMLElement} root that scrolls
   * @param {object} options
   * @param {Session | null} options.session
   * @param {() => AsyncGenerator<GameCard, void>} options.games from the first one on
   * @param {(slide: Slide) => void} options.onCurrent
   * @param {() => void} options.onFailure when no more games could be read
   */
  constructor(root, { session, games, onCurrent, onFailure }) {
    this.root = root;
    this.session = session;
    this.games = games;
    this.onCurrent = onCurrent;
    this.onFailure = onFailure;
    this.seen = new IntersectionObserver((entries) => this.#look(entries), {
      root,
      threshold: 0.6,
    });
  }

  get isEmpty() {
    return this.#slides.length === 0;
  }

  /** @param {GameCard} game @returns {Slide} */
  add(game) {
    const slide = new Slide(game, this.session);
    slide.setCurrent(false);
    this.#slides.push(slide);
    this.root.append(slide.element);
    this.seen.observe(slide.element);
    return slide;
  }

  /** Reads on until enough games stand ready, or there are no more. */
  async fill() {
    if (this.#isWhole) return;
    this.#filling ??= this.#read();
    await this.#filling;
  }

  async #read() {
    try {
      while (!this.#isWhole && this.#slides.length <= this.#at + AHEAD) {
        const { value, done } = await (this.#walk ??= this.games()).next();
        if (done || !value) this.#isWhole = true;
        else if (this.#slides.every(({ game }) => game.id !== value.id)) this.add(value);
      }
    } catch {
      this.#walk = null;
      this.onFailure();
    } finally {
      this.#filling = null;
    }
    this.#preload();
  }

  /**
   * One game on or back; in a circle, once all are known. Waits for games that are being read.
   * @param {1 | -1} step
   * @returns {Promise<boolean>} false = there is no other
   */
  async go(step) {
    if (this.#at + step >= this.#slides.length) await this.fill();
    const count = this.#slides.length;
    if (count < 2) return false;
    const wanted = this.#at + step;
    const place = wanted === count && this.#isWhole ? 0 : wanted;
    this.#slides[place]?.element.scrollIntoView({
      behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth',
      block: 'start',
    });
    return true;
  }

  get isFirst() {
    return this.#at <= 0;
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #look(entries) {
    for (const { target, isIntersecting } of entries) {
      const index = this.#slides.findIndex(({ element }) => element === target);
      if (isIntersecting && index !== this.#at) this.#show(index);
    }
  }

  /** @param {number} index */
  #show(index) {
    const slide = this.#slides[index];
    if (!slide) return;
    this.#at = index;
    this.#slides.forEach((each, place) => {
      each.setCurrent(place === index);
      if (place !== index && place !== index + 1) each.unload();
    });
    slide.load(() => this.#preload());
    this.onCurrent(slide);
    void this.fill();
  }

  /** The next one, once the one that is seen is there; it is neither drawn nor audible. */
  #preload() {
    const next = this.#slides[this.#at + 1];
    if (next && !isSavingData()) next.load(() => {});
  }
}

function isSavingData() {
  return 'connection' in navigator && /** @type {any} */ (navigator.connection)?.saveData === true;
}
