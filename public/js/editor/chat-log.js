/** The list of bubbles: adds, redraws, and keeps the newest in view. */
import { byId } from '../ui/dom.js';

const NEAR_END_PX = 40;

export class ChatLog {
  #list = byId('chatMessages', HTMLDivElement);
  #isAtEnd = true;
  #top = 0;
  /** Bubbles are added before it; null = at the end. @type {Element | null} */
  #next = null;
  #sizes = new ResizeObserver(() => {
    if (this.#isAtEnd) this.toEnd();
  });

  /**
   * The newest bubble stays in view when the list shrinks (progress box,
   * keyboard, banner) or a bubble grows (an image). Only scrolling upwards leaves it.
   */
  constructor() {
    this.#list.addEventListener(
      'scroll',
      () => {
        const { scrollHeight, scrollTop, clientHeight } = this.#list;
        if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) this.#isAtEnd = true;
        else if (scrollTop < this.#top) this.#isAtEnd = false;
        this.#top = scrollTop;
      },
      { passive: true },
    );
    this.#sizes.observe(this.#list);
  }

  /**
   * Adds a bubble at the end.
   * @template {HTMLElement} T
   * @param {T} bubble
   * @returns {T}
   */
  add(bubble) {
    this.#list.querySelector('.welcome')?.remove();
    this.#list.insertBefore(bubble, this.#next);
    this.#sizes.observe(bubble);
    if (!this.#next) this.toEnd();
    return bubble;
  }

  /**
   * Draws everything anew without motion, and without reading it all aloud. @param {() => void}
   * draw
   */
  redraw(draw) {
    this.#list.setAttribute('aria-live', 'off');
    this.#list.classList.add('is-still');
    this.#list.replaceChildren();
    draw();
    this.toEnd();
    window.requestAnimationFrame(() => {
      this.toEnd();
      this.#list.setAttribute('aria-live', 'polite');
      this.#list.classList.remove('is-still');
    });
  }

  /**
   * Draws older bubbles where `button` stands, and the button above them or, without more to load,
   * not at all; what is being read stays in its place.
   * @param {HTMLElement} button @param {boolean} hasMore @param {() => void} draw
   */
  addEarlier(button, hasMore, draw) {
    const { scrollHeight, scrollTop } = this.#list;
    const isFocused = document.activeElement === button;
    this.#list.setAttribute('aria-live', 'off');
    this.#isAtEnd = false;
    this.#next = button.nextElementSibling;
    draw();
    this.#next = null;
    if (!hasMore) button.remove();
    this.#list.scrollTop = scrollTop + this.#list.scrollHeight - scrollHeight;
    if (isFocused) (hasMore ? button : this.#list).focus({ preventScroll: true });
    window.requestAnimationFrame(() => this.#list.setAttribute('aria-live', 'polite'));
  }

  /** @param {HTMLElement} element */
  showWelcome(element) {
    this.#list.replaceChildren(element);
  }

  get isEmpty() {
    return this.#list.querySelector('.message') === null;
  }

  /**
   * The newest bubble of a person or the assistant, whatever notes stand below it. @returns
   * {HTMLElement | null}
   */
  get newest() {
    const bubbles = this.#list.querySelectorAll('.message.user, .message.assistant');
    const last = bubbles[bubbles.length - 1];
    return last instanceof HTMLElement ? last : null;
  }

  get lastSaid() {
    const said = this.#list.querySelectorAll('.message.user[data-said]');
    return /** @type {HTMLElement | undefined} */ (said[said.length - 1])?.dataset['said'] ?? '';
  }

  /**
   * The newest bubble if it has this text already: an answer may come both with the history and as
   * a late frame.
   * @param {'user' | 'assistant'} role @param {string} said
   */
  alreadySays(role, said) {
    const newest = this.newest;
    return newest?.classList.contains(role) && newest.dataset['said'] === said.trim()
      ? newest
      : null;
  }

  toEnd() {
    this.#isAtEnd = true;
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#top = this.#list.scrollTop;
  }
}
