/** What stands where a list has nothing to show. */

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
