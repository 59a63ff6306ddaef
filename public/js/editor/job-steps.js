/** The steps of a job as a row: what it has come through, where it is, what is still to come. */
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';
import { STEPS, stepStates } from './step-states.js';

/** @typedef {import('../types.js').Step} Step */

export class JobSteps {
  /** @type {Step[]} */
  #been = [];
  #items = STEPS.map((step) =>
    h('li', {}, text.steps[step], h('span', { class: 'visually-hidden' })),
  );
  row = h('ol', { class: 'live-steps', 'aria-label': text.stepsLabel }, this.#items);

  /** @param {readonly Step[]} [been] from the job's row, the present one last */
  begin(been = []) {
    this.#been = [...been];
    this.#show(false);
  }

  /** @param {Step | undefined} step undefined = the present one goes on */
  goTo(step) {
    if (step === undefined || step === this.#been.at(-1)) return;
    this.#been.push(step);
    this.#show(false);
  }

  finish() {
    this.#show(true);
  }

  /** @param {boolean} isOver */
  #show(isOver) {
    for (const [index, state] of stepStates(this.#been, isOver).entries()) {
      const item = this.#items[index];
      if (!item) continue;
      item.className = `is-${state}`;
      if (state === 'now') item.setAttribute('aria-current', 'step');
      else item.removeAttribute('aria-current');
      const said = item.querySelector('.visually-hidden');
      if (said) said.textContent = text.stepStates[state];
    }
  }
}
