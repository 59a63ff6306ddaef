/** What stands where a list has nothing to show. */

import { text } from '../texts/index.js';
import { h } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('./dom.js').Child} Child */

/** @param {Child} sign @param {string} title @param {...Child} more */
export function listState(sign, title, ...more) {
  return h(
    'div',
    { class: 'list-state' },
    sign,
    h('p', { class: 'list-state-title' }, title),
    more,
  );
}

/** The same where something went wrong. @param {string} title @param {...Child} more */
export function listFailure(title, ...more) {
  const state = listState(icon('alert', 32), title, ...more);
  state.setAttribute('role', 'alert');
  return state;
}

/** What a grid of cards shows until they are there. @param {number} cards */
export function listSkeleton(cards) {
  return [
    ...Array.from({ length: cards }, () =>
      h(
        'div',
        { class: 'project-skeleton', 'aria-hidden': 'true' },
        h('div', { class: 'skeleton-thumb' }),
        h('div', { class: 'skeleton-line' }),
        h('div', { class: 'skeleton-line short' }),
      ),
    ),
    h('span', { class: 'visually-hidden' }, text.loading),
  ];
}
