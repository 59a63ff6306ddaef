/** The panel below the running game: what is moved is seen at once, and saved as a version. */
import { ask, failureText, Refusal } from '../net/rest.js';
import { text } from '../texts/index.js';
import { byId, h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../types.js').Setting} Setting */
/** @typedef {Setting['value']} Value */

/** Steps of a slider whose game names none. */
const STEPS = 100;

export class TuningPanel {
  #place = byId('tunePanel', HTMLElement);
  #settings;
  /** What is moved away from what is saved, by name. @type {Map<string, Value>} */
  #moved = new Map();
  /** The save that was not answered: asked again it is the same one. */
  #unanswered = { body: '', actionId: '' };
  #save = h(
    'button',
    { type: 'button', class: 'button primary', id: 'tuneSave', onclick: () => void this.#store() },
    text.tuneSave,
  );
  #reset = h(
    'button',
    { type: 'button', class: 'button', id: 'tuneReset', onclick: () => this.#putBack() },
    text.tuneReset,
  );

  /**
   * @param {import('./tuning.js').Tuning} tuning
   * @param {Setting[]} settings
   * @param {() => void} onClosed
   */
  constructor(tuning, settings, onClosed) {
    this.tuning = tuning;
    this.#settings = settings;
    this.onClosed = onClosed;
    this.#place.hidden = false;
    this.#place.onkeydown = (event) => {
      if (event.key === 'Escape') this.close();
    };
    this.#draw();
    this.#focusFirst();
  }

  #focusFirst() {
    /** @type {HTMLElement | null} */ (this.#place.querySelector('input, select'))?.focus();
  }

  /** What was not saved is gone. */
  close() {
    if (this.#moved.size > 0) this.tuning.preview.tune(null);
    this.leave();
  }

  /** The game is another one by now. */
  leave() {
    this.#place.hidden = true;
    this.#place.replaceChildren();
    this.onClosed();
  }

  #draw() {
    this.#place.replaceChildren(
      h(
        'header',
        { class: 'tune-header' },
        h('h2', {}, text.tuneTitle),
        h(
          'button',
          {
            type: 'button',
            class: 'icon-button',
            'aria-label': text.close,
            onclick: () => this.close(),
          },
          icon('close'),
        ),
      ),
      h(
        'div',
        { class: 'tune-list' },
        this.#settings.map((setting) => this.#row(setting)),
      ),
      h('footer', { class: 'tune-actions' }, this.#reset, this.#save),
    );
    this.#showState();
  }

  /** @param {Setting} setting */
  #row(setting) {
    // Screen readers read the value from the slider.
    const shown = h(
      'span',
      { class: 'tune-value', 'aria-hidden': 'true' },
      valueText(setting, setting.value),
    );
    const control = controlOf(setting, (value) => {
      shown.textContent = valueText(setting, value);
      this.#move(setting, value);
    });
    return h(
      'label',
      { class: `tune-row ${setting.kind}` },
      h('span', { class: 'tune-name' }, setting.label ?? setting.name),
      setting.kind === 'number' && shown,
      control,
    );
  }

  /** @param {Setting} setting @param {Value} value */
  #move({ name, value: saved }, value) {
    if (value === saved) this.#moved.delete(name);
    else this.#moved.set(name, value);
    // All values, so that one that was put back is sent, too.
    this.tuning.preview.tune(
      Object.fromEntries(
        this.#settings.map((each) => [each.name, this.#moved.get(each.name) ?? each.value]),
      ),
    );
    this.#showState();
  }

  #putBack() {
    this.#moved.clear();
    this.tuning.preview.tune(null);
    this.#draw();
    this.#focusFirst();
  }

  #showState() {
    const isSaved = this.#moved.size === 0;
    // A button that can no longer be pressed would lose the keyboard with it.
    if (isSaved && this.#place.contains(document.activeElement?.closest('footer') ?? null))
      this.#focusFirst();
    this.#save.disabled = isSaved;
    this.#reset.disabled = isSaved;
  }

  async #store() {
    if (this.#save.getAttribute('aria-busy') === 'true') return;
    this.#save.setAttribute('aria-busy', 'true');
    const values = Object.fromEntries(this.#moved);
    const body = JSON.stringify(values);
    if (this.#unanswered.body !== body)
      this.#unanswered = { body, actionId: this.tuning.newAction() };
    try {
      const { actionId } = this.#unanswered;
      await ask(this.tuning.session, 'PUT', this.tuning.address, { actionId, values });
      this.#settings = this.#settings.map((setting) => {
        const value = values[setting.name];
        return value === undefined ? setting : /** @type {Setting} */ ({ ...setting, value });
      });
      for (const [name, value] of Object.entries(values))
        if (this.#moved.get(name) === value) this.#moved.delete(name);
      this.tuning.saved(this.#settings);
      toast(text.tuneSaved, { kind: 'success' });
    } catch (error) {
      const isRefused = error instanceof Refusal;
      if (isRefused) this.#unanswered = { body: '', actionId: '' };
      const isBusy = isRefused && error.status === 409;
      toast(isBusy ? text.jobActive : failureText(error, text.tuneFailed), { kind: 'error' });
    } finally {
      this.#save.removeAttribute('aria-busy');
      this.#showState();
    }
  }
}

/** @param {Setting} setting @param {(value: Value) => void} onMove */
function controlOf(setting, onMove) {
  const id = `tune-${setting.name}`;
  switch (setting.kind) {
    case 'number': {
      const { min, max, value, step = (max - min) / STEPS } = setting;
      const slider = h('input', { type: 'range', id, min, max, step, value });
      slider.addEventListener('input', () => onMove(slider.valueAsNumber));
      return slider;
    }
    case 'color': {
      const field = h('input', { type: 'color', id, value: setting.value });
      field.addEventListener('input', () => onMove(field.value));
      return field;
    }
    case 'boolean': {
      const box = h('input', { type: 'checkbox', role: 'switch', id, checked: setting.value });
      box.addEventListener('change', () => onMove(box.checked));
      return box;
    }
    case 'choice': {
      const select = h(
        'select',
        { id },
        setting.options.map((option) =>
          h('option', { value: option, selected: option === setting.value }, option),
        ),
      );
      select.addEventListener('change', () => onMove(select.value));
      return select;
    }
  }
}

/** @param {Setting} setting @param {Value} value */
function valueText({ kind }, value) {
  return kind === 'number' ? String(Math.round(Number(value) * 1_000) / 1_000) : '';
}
