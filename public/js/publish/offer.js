/**
 * What the AI would write where the person has written, or what he has written elsewhere: seen when
 * asked for, taken when wanted, never put over his own words.
 */
import { text } from '../texts/index.js';
import { buttonOf, h } from '../ui/dom.js';

export class Offer {
  /** @type {(() => void) | null} */
  #use = null;
  /** Of the button that shows it. */
  see = '';
  #whose = h('strong');
  #words = h('p', { class: 'publish-offer-words' });
  #box = h(
    'div',
    { class: 'publish-offer', role: 'group', hidden: true },
    this.#whose,
    this.#words,
    h(
      'div',
      { class: 'publish-offer-actions' },
      buttonOf('button compact', text.publishOfferUse, () => this.#close(true)),
      buttonOf('link-button', text.publishOfferDismiss, () => this.#close(false)),
    ),
  );
  #onChange;

  /** @param {(focus: boolean) => void} onChange the offer came or went */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  get element() {
    return this.#box;
  }

  get isThere() {
    return this.#use !== null;
  }

  get isOpen() {
    return !this.#box.hidden;
  }

  /**
   * @param {string} words @param {() => void} use
   * @param {boolean} isElsewhere of another device, not of the AI
   */
  make(words, use, isElsewhere) {
    const whose = isElsewhere ? text.publishElsewhere : text.publishOffer;
    this.see = isElsewhere ? text.publishElsewhereSee : text.publishOfferSee;
    this.#whose.textContent = whose;
    this.#box.setAttribute('aria-label', whose);
    this.#words.textContent = words;
    this.#use = use;
    this.#onChange(false);
  }

  /** Opening is the person's act: nothing moves on the page by itself. */
  toggle() {
    this.#box.hidden = !this.#box.hidden;
    this.#onChange(false);
  }

  /** @param {boolean} isUsed */
  #close(isUsed) {
    const use = this.#use;
    this.#use = null;
    this.#box.hidden = true;
    if (isUsed) use?.();
    this.#onChange(true);
  }
}
