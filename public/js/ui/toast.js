/** Short feedback that never blocks: a line at the bottom that leaves by itself. */
import { text } from '../texts/index.js';
import { buttonOf, h } from './dom.js';
import { icon } from './icons.js';

const SHOWN_MS = 5_000;
const ERROR_SHOWN_MS = 9_000;

/** @type {HTMLElement | null} */
let shelf = null;

/**
 * The live region must exist before its first message, or screen readers miss it. A modal dialog
 * makes the rest of the page inert and lies over it: the region then stands in the topmost one, as
 * a popover, so that nothing of the dialog clips or covers it. Call it when one opens or closes.
 */
export function prepareToasts() {
  shelf ??= h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite', popover: 'manual' });
  const place = [...document.querySelectorAll('dialog[data-modal][open]')].at(-1) ?? document.body;
  if (shelf.parentElement !== place) place.append(shelf);
  // Older browsers know no popovers: there it is a fixed box.
  if (shelf.showPopover && !shelf.matches(':popover-open')) shelf.showPopover();
  return shelf;
}

/**
 * @param {string} message
 * @param {{ kind?: 'info' | 'success' | 'error' }} [options]
 */
export function toast(message, { kind = 'info' } = {}) {
  const leave = () => {
    card.classList.add('leaving');
    window.setTimeout(() => card.remove(), 250);
  };
  const card = h(
    'div',
    { class: `toast ${kind}`, ...(kind === 'error' && { role: 'alert' }) },
    icon(kind === 'success' ? 'check' : 'alert', 18),
    h('span', { class: 'toast-text' }, message),
    buttonOf({ class: 'icon-button', 'aria-label': text.close }, icon('close', 16), leave),
  );
  const place = prepareToasts();
  for (const old of [...place.children].slice(0, -2)) old.remove();
  place.append(card);
  window.setTimeout(leave, kind === 'error' ? ERROR_SHOWN_MS : SHOWN_MS);
}
