/** Parts that several views of the page of operators are made of. */
import { text } from '../texts/index.js';
import { buttonOf, h } from '../ui/dom.js';
import { listState } from '../ui/list-state.js';
import { query, setQuery } from './address.js';

/** @typedef {import('../ui/dom.js').Child} Child */

/**
 * Puts new content in place of the old. Who stood on a control stands on the one of the same key
 * afterwards.
 * @param {HTMLElement} place @param {...Child} content
 */
export function replaceContent(place, ...content) {
  const held = place.contains(document.activeElement)
    ? document.activeElement?.getAttribute('data-key')
    : null;
  place.replaceChildren(...content.filter((child) => child instanceof Node));
  if (held)
    for (const control of place.querySelectorAll('[data-key]'))
      if (control instanceof HTMLElement && control.dataset['key'] === held)
        control.focus({ preventScroll: true });
}

/** A mark of how something stands. @param {string} tone @param {string} words */
export function badge(tone, words) {
  return h('span', { class: `ops-badge is-${tone}` }, words);
}

/** @param {string} title @param {...Child} content */
export function section(title, ...content) {
  return h('section', { class: 'ops-section' }, h('h2', {}, title), ...content);
}

/** Names and values. @param {[string, Child][]} facts */
export function factList(facts) {
  return h(
    'dl',
    { class: 'ops-facts' },
    facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  );
}

/**
 * A table that scrolls by itself where it is too wide; by keyboard, too.
 * @param {string} label @param {string[]} heads @param {Child[][]} rows
 */
export function table(label, heads, rows) {
  return h(
    'div',
    { class: 'ops-table', role: 'region', 'aria-label': label, tabindex: 0 },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          heads.map((head) => h('th', { scope: 'col' }, head)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((row) =>
          h(
            'tr',
            {},
            row.map((cell) => h('td', {}, cell)),
          ),
        ),
      ),
    ),
  );
}

/** Each in a row of its own. @param {Child[]} rows */
export function list(rows) {
  if (rows.length === 0) return nothing();
  return h(
    'ul',
    { class: 'ops-list' },
    rows.map((row) => h('li', {}, row)),
  );
}

/** @param {string} [words] */
export function nothing(words = text.opsNothing) {
  return listState(null, words);
}

/**
 * The ways to other pages of a list; the address holds which one is shown. @param {number | null}
 * next @param {() => void} reload
 */
export function pager(next, reload) {
  const skip = Number(query().get('skip') ?? 0);
  const to = (/** @type {number} */ wanted) => {
    setQuery({ skip: wanted === 0 ? '' : String(wanted) });
    reload();
  };
  return h(
    'div',
    { class: 'ops-pager' },
    skip > 0 &&
      buttonOf({ class: 'button compact', 'data-key': 'first' }, text.opsFirst, () => to(0)),
    next !== null &&
      buttonOf({ class: 'button compact', 'data-key': 'next' }, text.opsMore, () => to(next)),
  );
}

/** @param {string} href @param {string} label */
export function outside(href, label) {
  return h('a', { class: 'link-button', href, target: '_blank', rel: 'noopener' }, label);
}
