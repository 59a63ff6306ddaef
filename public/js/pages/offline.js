/**
 * Stands in for any page that cannot be had: for want of a network, or because the server is down.
 * The same address is tried again.
 */
import { text } from '../texts/index.js';
import { byId } from '../ui/dom.js';
import { startPage } from '../ui/shell.js';

const LOOKS_EVERY_MS = 5_000;

const reload = () => location.reload();
startPage(text.offlineTitle);
byId('againButton', HTMLButtonElement).addEventListener('click', reload);
window.addEventListener('online', reload);
if (navigator.onLine) {
  document.title = text.downHeading;
  byId('stateHeading', HTMLHeadingElement).textContent = text.downHeading;
  byId('stateLine', HTMLParagraphElement).textContent = text.downLine;
  window.setInterval(() => {
    void fetch('/api/health').then(
      ({ ok }) => ok && reload(),
      () => undefined,
    );
  }, LOOKS_EVERY_MS);
}
