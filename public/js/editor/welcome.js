/** What an empty chat shows: a greeting and three ideas, other ones each time. */
import { EXAMPLES } from '../texts/examples.js';
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';

const SHOWN = 3;

/** @param {(request: string) => void} onChoose gets the sentence for the input */
export function welcome(onChoose) {
  return h(
    'div',
    { class: 'welcome' },
    h('div', { class: 'welcome-icon' }, icon('monitor', 36)),
    h('h2', {}, text.welcomeTitle),
    h('p', { class: 'welcome-text' }, text.welcomeLine1, h('br'), text.welcomeLine2),
    h('p', { class: 'welcome-hint' }, text.welcomeExamples),
    h(
      'div',
      { class: 'welcome-chips' },
      pick(SHOWN).map(({ label, request }) =>
        h(
          'button',
          { type: 'button', class: 'chip example-chip', onclick: () => onChoose(request) },
          label,
        ),
      ),
    ),
  );
}

/** @param {number} count */
function pick(count) {
  const left = [...EXAMPLES];
  return Array.from({ length: count }, () =>
    left.splice(Math.floor(Math.random() * left.length), 1),
  ).flat();
}
