/** The errors a running game reported, with the offer to repair them. */
import { errorKind, explainGameError } from '../texts/game-errors.js';
import { text } from '../texts/index.js';
import { byId, h, passFocus } from '../ui/dom.js';
import { icon } from '../ui/icons.js';

/** @typedef {import('../types.js').GameError} GameError */

export class ErrorPanel {
  #panel = byId('errorPanel', HTMLElement);
  #count = h('span', {});
  #list = h('ul', { class: 'error-list', tabindex: 0 });
  #repair;
  /** @type {GameError[]} */
  #errors = [];
  /** Closed by the person: stays closed until the game is loaded again. */
  #dismissed = false;

  /** @param {(errors: GameError[]) => void} onRepair */
  constructor(onRepair) {
    this.#repair = h(
      'button',
      {
        type: 'button',
        class: 'button primary compact auto-fix-btn',
        title: text.autoFixHint,
        onclick: () => {
          const errors = this.#errors;
          this.clear();
          onRepair(errors);
        },
      },
      icon('bolt', 16),
      text.autoFix,
    );
    this.#panel.append(
      h(
        'div',
        { class: 'error-panel-header' },
        h('h2', {}, icon('alert', 18), this.#count),
        h(
          'div',
          { class: 'error-panel-actions' },
          this.#repair,
          h(
            'button',
            {
              type: 'button',
              class: 'icon-button',
              'aria-label': text.close,
              onclick: () => this.#dismiss(),
            },
            icon('close', 18),
          ),
        ),
      ),
      this.#list,
    );
    this.#panel.setAttribute('role', 'alert');
  }

  /** @param {GameError[]} errors */
  show(errors) {
    this.#errors = errors;
    this.#count.textContent = text.errorCount(errors.length);
    this.#list.replaceChildren(
      ...errors.map((error) =>
        h(
          'li',
          {},
          h('span', { class: 'error-type' }, errorKind(error.type)),
          h('span', { class: 'error-plain' }, explainGameError(error.message)),
          h('span', { class: 'error-message' }, error.message),
          error.file !== undefined &&
            h('span', { class: 'error-place' }, text.errorPlace(error.file, error.line ?? 0)),
        ),
      ),
    );
    this.#panel.hidden = this.#dismissed;
  }

  get hasErrors() {
    return this.#errors.length > 0;
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    this.#repair.disabled = busy;
  }

  clear() {
    this.#errors = [];
    this.#dismissed = false;
    this.#panel.hidden = true;
  }

  #dismiss() {
    this.#dismissed = true;
    passFocus(this.#panel, byId('gamePreview', HTMLIFrameElement));
    this.#panel.hidden = true;
  }
}
