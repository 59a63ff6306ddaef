/**
 * What is seen between the tap on a case and the game: the case drops into a slot, glows, and the
 * screen flashes.
 */
import { h, prefersStillness } from '../ui/dom.js';

const SHOWN_MS = 800;

/**
 * Goes to the game after the show. Other ways to open a link (a new tab, a modifier key) and people
 * who want stillness skip it.
 * @param {MouseEvent} event @param {HTMLElement} box the case's image @param {string} href
 */
export function startGame(event, box, href) {
  if (
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey ||
    prefersStillness()
  )
    return;
  event.preventDefault();
  const cartridge = /** @type {HTMLElement} */ (box.cloneNode(true));
  const show = h(
    'div',
    { class: 'game-start', 'aria-hidden': 'true' },
    h('div', { class: 'game-start-cartridge' }, cartridge),
    h('div', { class: 'game-start-slot' }),
    h('div', { class: 'game-start-flash' }),
  );
  document.body.append(show);
  window.setTimeout(() => location.assign(href), SHOWN_MS);
  window.addEventListener('pageshow', () => show.remove(), { once: true });
}
