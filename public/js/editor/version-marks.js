/** What a maker says of a version: a name of his own, written in place, and a star. */
import { text } from '../texts/index.js';
import { h, isComposing } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { nameOf } from './compare.js';

/** @typedef {import('../types.js').Version} Version */
/** @typedef {{ name?: string, isBookmarked?: boolean }} Change */

export class VersionMarks {
  /** The name beside the number. */
  name = h('span', { class: 'version-name' });
  /** The buttons. */
  tools;
  /** Where the name is written, and what went wrong. */
  field;
  #star;
  #edit;
  #form;
  #input;
  #problem = h('p', { class: 'dialog-problem', role: 'alert', hidden: true });

  /**
   * @param {Version} version
   * @param {(change: Change) => Promise<unknown>} save rejects with a sentence; what is kept then
   * comes by `show`
   */
  constructor(version, save) {
    this.save = save;
    const number = nameOf(version);
    this.#star = iconButton('star', text.bookmarkOf(number), () => void this.#toggle());
    this.#edit = iconButton('edit', text.nameVersion(number), () =>
      this.#form.hidden ? this.#open() : this.#leave(),
    );
    this.#edit.setAttribute('aria-expanded', 'false');
    this.#input = h('input', {
      class: 'text-input',
      'aria-label': text.versionName(number),
      placeholder: text.versionNameHint,
      autocomplete: 'off',
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    const keep = iconButton('check', text.keepVersionName);
    keep.type = 'submit';
    this.#form = h(
      'form',
      { class: 'version-rename', novalidate: true, hidden: true, onsubmit: this.#submit },
      this.#input,
      keep,
    );
    this.tools = h('div', { class: 'version-tools' }, this.#edit, this.#star);
    this.field = h('div', {}, this.#form, this.#problem);
    this.show(version);
  }

  /** What stands there now; a name that is being written stays. @param {Version} version */
  show({ name, isBookmarked }) {
    this.name.textContent = name ?? '';
    this.name.hidden = name === undefined;
    this.#star.setAttribute('aria-pressed', String(isBookmarked === true));
  }

  #toggle() {
    const isBookmarked = this.#star.getAttribute('aria-pressed') !== 'true';
    return this.#change(this.#star, { isBookmarked });
  }

  #open() {
    this.#problem.hidden = true;
    this.#form.hidden = false;
    this.#edit.setAttribute('aria-expanded', 'true');
    this.#input.value = this.name.textContent;
    this.#input.focus();
    this.#input.select();
  }

  #leave() {
    this.#problem.hidden = true;
    this.#form.hidden = true;
    this.#edit.setAttribute('aria-expanded', 'false');
    this.#edit.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === 'Enter' && isComposing(event)) event.preventDefault();
    if (event.key !== 'Escape' || isComposing(event)) return;
    event.preventDefault(); // or it would close the panel
    this.#leave();
  }

  /** @param {Event} event */
  #submit = async (event) => {
    event.preventDefault();
    const name = this.#input.value.trim();
    const isKept = name === this.name.textContent || (await this.#change(this.#input, { name }));
    if (isKept && !this.#form.hidden) this.#leave();
  };

  /** Answers whether it is kept. @param {HTMLElement} control @param {Change} change */
  async #change(control, change) {
    if (control.getAttribute('aria-busy') === 'true') return false;
    control.setAttribute('aria-busy', 'true');
    this.#problem.hidden = true;
    try {
      await this.save(change);
      return true;
    } catch (error) {
      this.#problem.textContent = error instanceof Error ? error.message : text.somethingWrong;
      this.#problem.hidden = false;
      return false;
    } finally {
      control.removeAttribute('aria-busy');
    }
  }
}

/**
 * @param {import('../ui/icons.js').IconName} name
 * @param {string} label @param {() => void} [onclick]
 */
function iconButton(name, label, onclick) {
  return h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick },
    icon(name),
  );
}
