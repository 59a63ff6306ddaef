/** Stands in for any page while there is no network: the same address is tried again. */
import { text } from '../texts/index.js';
import { byId } from '../ui/dom.js';
import { startPage } from '../ui/shell.js';

startPage(text.offlineTitle);
byId('againButton', HTMLButtonElement).addEventListener('click', () => location.reload());
window.addEventListener('online', () => location.reload());
